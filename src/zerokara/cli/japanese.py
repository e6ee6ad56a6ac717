"""What the help of the command line says, in Japanese: English sentence → Japanese sentence.

The words are those of the glossary (docs/letters.md). A sentence that is not here is shown in English; a test walks the
help of every command and finds none.
"""

from typing import Any

from zerokara.cli.japanese_of_own import HELP as OF_OWN_DATA
from zerokara.cli.japanese_of_search import HELP as OF_SEARCH
from zerokara.cli.japanese_of_writing import HELP as OF_WRITING
from zerokara.cli.texts_of_collect import HELP as OF_COLLECT

HELP: dict[str, str] = {
    **OF_OWN_DATA,
    **OF_WRITING,
    # ── the program and its commands
    "Of several processes (mpiexec -n 4 zerokara train ...): batch norms see the whole batch, not each its share.": (
        "複数のプロセス（mpiexec -n 4 zerokara train ...）で、バッチ正規化に受け持ちでなくバッチ全体の統計を使う。"
    ),
    "zerokara (ゼロから): deep learning from zero. Begin with: zerokara demo": (
        "zerokara（ゼロから）：ゼロから作る深層学習。まずは zerokara demo から。"
    ),
    "`zerokara COMMAND --help` explains a command and shows examples. --lang en or ja, with any command, says the "
    "language; else LANG does.": (
        "`zerokara コマンド --help` で、各コマンドの説明と例を表示します。表示言語は、どのコマンドでも --lang en または "
        "--lang ja で指定できます（省略時は環境変数 LANG に従います）。"
    ),
    "The main job in about ten seconds: train, read drawings, write a report.": (
        "10 秒ほどで一通り：学習し、手描きの数字を読み、レポートを書きます。"
    ),
    "Nothing is downloaded: the training digits and the drawings came with the installation.": (
        "ダウンロードはありません。学習用の数字も手描き画像も、インストール時に付属しています。"
    ),
    "Read the digits in pictures, drawn or photographed.": "画像に描かれた（または撮影された）数字を読みます。",
    "Exit code 0: every picture was read; 1: some could not be; 2: wrong usage. A picture without a digit counts as "
    "read; the answer says that there is none.": (
        "終了コード 0：すべて読めた、1：読めない画像があった、2：使い方の誤り。数字のない画像は「読めた」に数え、"
        "数字がないと答えます。"
    ),
    "Draw in the browser, and look inside the network.": "ブラウザで数字を描いて、ネットワークの中を見ます。",
    "Serves a page on this machine only and opens it; the link works once, Enter prints a new one. Ctrl-C ends.": (
        "このマシンだけから見えるページを開きます。リンクは 1 度だけ使え、Enter で新しいリンクを表示、Ctrl-C で終了します。"
    ),
    "Let others in this network in as guests: they can draw and look. Nothing is encrypted.": "このネットワークの人をゲストとして入れる（描くことと見ることだけ）。通信は暗号化されない。",
    "Another NAME:PORT under which a browser may reach the studio, for example through a tunnel; may be repeated.": "トンネル経由などでブラウザがスタジオを呼ぶ別の NAME:PORT。繰り返し指定できる。",
    "The port; 0 for any free one. Without it 4649, or the next that is free.": (
        "ポート番号。0 なら空いている番号。省略時は 4649、使用中なら次の空き番号。"
    ),
    "A folder of your own pictures to train on, folder:PATH, with a sub-folder for each class.": (
        "学習に使う自分の画像のフォルダ folder:PATH（クラスごとに下位フォルダ）。"
    ),
    "Folder in which trainings are kept, each as a run that `train --resume` can continue.": (
        "学習を置くフォルダ。それぞれ `train --resume` で再開できる実行になります。"
    ),
    "Print the link only; do not open a browser.": "リンクを表示するだけで、ブラウザを開きません。",
    "Folder in which the studio keeps labelled drawings and uploaded models.": (
        "スタジオが作品を置くフォルダ（ラベル付きの絵、渡されたモデル）。"
    ),
    "Print the link as one line of JSON; do not open a browser.": "リンクを 1 行の JSON で表示し、ブラウザを開きません。",
    "Language of help, messages and the page: en or ja.": "ヘルプ・メッセージ・ページの言語（en または ja）。",
    "Every setting of a recipe can be changed by its name. The run's folder keeps settings, history, checkpoints and "
    "weights; Ctrl-C saves, --resume continues.": (
        "レシピの設定は、どれも名前で変更できます。設定・履歴・チェックポイント・重みは実行フォルダに残ります。"
        "Ctrl-C で保存して中断し、--resume で再開します。"
    ),
    "Test a trained network: accuracy, loss, confusion matrix.": (
        "学習済みのネットワークを評価します：正答率、損失、混同行列。"
    ),
    "Show which parts of a picture are evidence for a class, by several methods side by side.": (
        "画像のどこがそのクラスの根拠になったのかを、複数の手法を並べて示します。"
    ),
    "Writes heat maps over the picture, the numbers, and a report with curves that evaluate the maps. The model is one of "
    "the catalogue with --weights, the folder of a run, an .onnx file, or without --model the reader of digits.": (
        "画像に重ねたマップと数値、マップを評価する曲線つきのレポートを書きます。モデルには、一覧にある名前（--weights と"
        "ともに）、実行フォルダ、.onnx ファイルを指定できます。--model を省くと、数字のリーダーを使います。"
    ),
    "Show a model layer by layer; without a name, list the models.": (
        "モデルを層ごとに表示します。名前を省くとモデルの一覧です。"
    ),
    "Write a network to an ONNX file, for other programs.": (
        "ネットワークを、ほかのプログラムで使える ONNX ファイルに書き出します。"
    ),
    "A run's folder, or a model by its name, with --weights. The file takes batches of any length. Where ONNX Runtime "
    "is installed, it has to give the same answers before the file is kept.": (
        "実行フォルダ、またはモデル名（--weights とともに）を指定します。バッチの大きさは自由です。ONNX Runtime が"
        "あれば、同じ答えになることを確かめてから保存します。"
    ),
    "The laboratory: every experiment of the book and of its readers.": "実験室：本とその読者たちの実験のすべて。",
    "Without a subcommand it lists them. Reports and results are kept in --out (zerokara-lab).": (
        "続く語がなければ一覧を表示します。レポートと結果は --out（zerokara-lab）に残ります。"
    ),
    "List, download, show and check data sets.": "データセットの一覧、取得、表示、検査。",
    "Print versions and machine.": "バージョンと実行環境を表示します。",
    "List the experiments by chapter, with their question.": "実験を章ごとに、問いとともに一覧します。",
    "All of them, or those of the given chapters, with the time they take and the data they need.": (
        "すべて、または指定した章の実験を、所要時間の目安と必要なデータとともに示します。"
    ),
    "Show the question, formula and settings of an experiment.": "実験の問い、数式、設定を表示します。",
    "Run experiments and write their reports.": "実験を行い、レポートを書きます。",
    "Every setting of an experiment is an option by its name. A run can be interrupted: the same command continues. What "
    "was measured with the same settings is shown at once; --force measures again.": (
        "実験の設定は、どれもその名前のオプションで変更できます。中断しても、同じコマンドで続きから再開します。同じ設定で"
        "測定済みのものはすぐに表示します。測り直すには --force を付けます。"
    ),
    "List the data sets by name.": "データセットの名前を一覧します。",
    "Download a data set, unless it is there, and check it.": "データセットがなければダウンロードし、検査します。",
    "Show how many examples there are of each class, and one of them.": "クラスごとの件数と、画像を 1 枚表示します。",
    "Find what is wrong with a folder of pictures, before anybody trains on it.": (
        "画像のフォルダに問題がないか、学習の前に調べます。"
    ),
    "Unreadable, truncated, blank and tiny pictures, duplicates and near duplicates, the same picture in two classes or "
    "in training and test part, the balance of the classes, sizes and colours. The folder is only read; --fix writes a "
    "clean copy. Of a known data set all files are read, without downloading. Exit code 0: nothing is wrong; 1: something "
    "is; 2: wrong usage.": (
        "読めない、途中で切れた、無地の、小さすぎる画像、重複とほぼ同じ画像、2 つのクラスや訓練とテストの両方にある同じ画像、"
        "クラスの偏り、大きさと色。フォルダは読むだけで、--fix で問題を除いたコピーを作ります。登録されたデータセットなら、"
        "ダウンロードせずに全ファイルを読みます。終了コード 0：問題なし、1：問題あり、2：使い方の誤り。"
    ),
    "Display this message and exit.": "この説明を表示して終了します。",
    "Display application version.": "バージョンを表示します。",
    # ── options
    "The folder for the report; an older report in it is replaced.": (
        "レポートを置くフォルダ。前のレポートは置き換えられます。"
    ),
    "The seed of all random numbers.": "乱数の種。",
    "Learn from another data set instead of the bundled 8×8 digits, by compiled kernels.": (
        "付属の 8×8 の数字ではなく、別のデータセットで、コンパイルしたカーネルにより学習します。"
    ),
    "Passes over the training images.": "訓練画像を何周するか（エポック数）。",
    "Language of help, messages and reports: en or ja.": "説明・メッセージ・レポートの言語：en または ja。",
    "Language of titles, questions and reports: en or ja.": "題名・問い・レポートの言語：en または ja。",
    "Language of the report: en or ja.": "レポートの言語：en または ja。",
    "Folder with your own data files, for --data.": "--data に使う、自分のデータファイルのフォルダ。",
    "Folder with your own data files; else ZEROKARA_DATA, else the cache.": (
        "自分のデータファイルのフォルダ。省略時は ZEROKARA_DATA、なければキャッシュ。"
    ),
    "Folder with your own files; else ZEROKARA_DATA, else the cache.": (
        "自分のファイルのフォルダ。省略時は ZEROKARA_DATA、なければキャッシュ。"
    ),
    "Pictures: PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF, HEIC; every page of each. A folder stands for the pictures in it, "
    "- for one on standard input.": (
        "画像：PNG、JPEG、BMP、GIF、WebP、TIFF、AVIF、HEIC（複数ページなら全ページ）。フォルダはその中の画像、"
        "- は標準入力の画像を表します。"
    ),
    "Print one JSON object a line, one for each picture that could be read.": (
        "読めた画像ごとに、JSON オブジェクトを 1 行ずつ表示します。"
    ),
    "Print one JSON object a line, one for each picture (or digit).": (
        "画像（または数字）ごとに、JSON オブジェクトを 1 行ずつ表示します。"
    ),
    "Write the 28×28 pictures that the network sees to this folder.": (
        "ネットワークが見る 28×28 の画像を、このフォルダに書き出します。"
    ),
    "Weights of a reader of your own, instead of the one that came with the installation.": (
        "付属のリーダーの代わりに使う、自分のリーダーの重み。"
    ),
    "Say which strokes decided each digit, and draw them (NAME.strokes.png) beside the views, or in zerokara-explain; "
    "and what was taken for paper (NAME.paper.png, in red: lines, boxes, rules), if anything was; and why a mark was "
    "refused.": (
        "どの線が決め手になったかを示し、図（NAME.strokes.png）を --save-view のフォルダか zerokara-explain に書きます。"
        "紙の罫線や枠とみなしたものがあれば、それも赤で描きます (NAME.paper.png)。"
        "読まなかった印については、その理由も示します。"
    ),
    "Read every mark as the digit that it resembles most, and leave out signs that are too small for one.": (
        "どの印も、最も似ている数字として読みます。数字にしては小さすぎる記号は省きます。"
    ),
    "A recipe (a training with an expected result), by its name": "結果の予想値が付いた学習（レシピ）の名前",
    "A model": "モデルの名前",
    "The run's folder; without it, a new one in runs/.": "実行フォルダ。省略時は runs/ の中に新しく作ります。",
    "Continue the run in --out where it stopped.": "--out の実行を、中断したところから再開します。",
    "Show no progress.": "途中経過を表示しません。",
    "Print a JSON object a line: every epoch, then the result.": (
        "エポックごと、最後に結果を、JSON オブジェクトで 1 行ずつ表示します。"
    ),
    "The model that the weights belong to, where no run says so.": "実行フォルダに情報がないとき、重みがどのモデルのものか。",
    "Write an HTML report to this file.": "HTML のレポートをこのファイルに書きます。",
    "One JSON object instead of text.": "文章の代わりに JSON オブジェクトを 1 つ表示します。",
    "One JSON object instead of a table.": "表の代わりに JSON オブジェクトを 1 つ表示します。",
    "JSON instead of text: one object a line.": "文章の代わりに、JSON オブジェクトを 1 行ずつ表示します。",
    "A model's name (with --weights), the folder of a run, or an .onnx file; else the reader of drawn digits.": (
        "モデルの名前（--weights とともに）、実行フォルダ、または .onnx ファイル。省略時は手描き数字のリーダー。"
    ),
    "A file of weights (safetensors, npz) for a model's name.": "名前で指定したモデルの、重みのファイル（safetensors、npz）。",
    "Methods with commas between them, or all: saliency, smooth-grad, integrated-gradients, occlusion, grad-cam, "
    "grad-cam++.": (
        "手法をコンマで区切って指定、または all：saliency、smooth-grad、integrated-gradients、occlusion、grad-cam、"
        "grad-cam++。"
    ),
    "The class to explain, by name or number, once or several times; else the one that the model prefers.": (
        "説明するクラスの名前か番号（複数回指定可）。省略時は、モデルが最も確からしいとするクラス。"
    ),
    "The layer for Grad-CAM; by default the last one with maps.": "Grad-CAM が見る層。省略時は、マップを持つ最後の層。",
    "Show the feature maps of every layer too.": "各層の特徴マップも表示します。",
    "Account for a unit, once or several times: a layer and a place in what it gives, as relu2a:7,5,5 or fc1:3.": (
        "1 つのユニットの計算を示します（複数回指定可）。層と出力内の位置。例：relu2a:7,5,5、fc1:3。"
    ),
    "The folder for pictures, numbers and report; where it holds an earlier report, OUT-2, OUT-3 and so on.": (
        "画像・数値・レポートを置くフォルダ。前のレポートがあれば OUT-2、OUT-3 … に書きます。"
    ),
    "A text file with the names of the classes, one a line.": "クラスの名前を 1 行に 1 つずつ書いたテキストファイル。",
    "How pictures are made for the network: digit (as the reader does it), photo (resized and cut), exact, or auto.": (
        "画像の前処理：digit（リーダーと同じ）、photo（拡大縮小して切り抜き）、exact（そのまま）、auto（自動）。"
    ),
    "The shape of a picture, channels x height x width, where the model does not say it.": (
        "モデルからわからないときの画像の形（チャンネル x 高さ x 幅）。"
    ),
    "Pixels of the shorter side before the centre is cut out.": "中央を切り抜く前の、短い辺のピクセル数。",
    "What is subtracted, one number or one a channel; above 1 it is meant for pixels from 0 to 255.": (
        "引く値。1 つ、またはチャンネルごとに 1 つ。1 を超える値は 0〜255 のピクセルに対するものとみなします。"
    ),
    "What is divided by.": "割る値。",
    "Blue, green, red from 0 to 255, as networks from Caffe take them.": (
        "青・緑・赤の順、0〜255（Caffe のネットワークの形式）。"
    ),
    "Leave out the deletion and insertion curves, which take most of the time.": (
        "時間の大半を占める、削除・挿入の曲線を省きます。"
    ),
    "Folder with data files, for a run that was trained on them.": "実行フォルダのモデルが学習に使ったデータのフォルダ。",
    "The model's name; without it, all models are listed.": "モデルの名前。省略時は一覧を表示します。",
    "The shape of one example: channels x height x width, such as 1x28x28.": (
        "データ 1 件の形：チャンネル x 高さ x 幅。例：1x28x28。"
    ),
    "The number of classes to tell apart.": "分類するクラスの数。",
    "The folder of a run, or the name of a model. A model of language takes as many tokens as it learned to read at "
    "once, and the file holds its vocabulary.": (
        "実行フォルダ、またはモデルの名前。言語モデルは学習時に一度に読んだ数のトークンを受け取り、語彙もファイルに入ります。"
    ),
    "The file to write, such as model.onnx.": "書き出すファイル。例：model.onnx。",
    "The weights (safetensors or npz) of a model given by its name; without them, it gets initial values.": (
        "名前で指定したモデルの重み（safetensors か npz）。省略時は初期値。"
    ),
    "The shape of one example, channels x height x width; else that of the run's data, or the model's usual one.": (
        "データ 1 件の形（チャンネル x 高さ x 幅）。省略時は、実行のデータの形、またはモデルの標準の形。"
    ),
    "The number of classes the weights tell apart, where it is not the usual one.": (
        "標準と異なるときの、重みが分類するクラスの数。"
    ),
    "The version of ONNX's operators: 17 to 21.": "ONNX のオペレーターのバージョン：17〜21。",
    "A name from `zerokara lab list`.": "`zerokara lab list` にある名前。",
    "Chapters, such as ch06, or parts, such as seq3; without them, all.": "章（例：ch06）や部（例：seq3）。省略時はすべて。",
    "Names from `zerokara lab list`, chapters (ch06), parts (seq3), or all.": (
        "`zerokara lab list` にある名前、章（ch06）、部（seq3）、または all。"
    ),
    "The laboratory's folder: reports, their table of contents, and results, which are found again.": (
        "実験室のフォルダ：レポートと目次、次回も使われる結果を置きます。"
    ),
    "Shorten every experiment to seconds or less, for a first look.": "まず様子を見るため、どの実験も数秒以内に縮めます。",
    "The seed of all random numbers; 0 by default.": "乱数の種。省略時は 0。",
    "How many seeds to measure, for mean and spread; by default each experiment's own number.": (
        "平均とばらつきを求める種の個数。省略時は実験ごとの個数。"
    ),
    "How many processes share the work, each with its share of the cores.": (
        "作業を分担するプロセスの数。コアも分け合います。"
    ),
    "Measure again what has already been measured.": "測定済みのものも測り直します。",
    "Any setting of the experiments by its name: --lr 0.5, --data digits.": (
        "実験の設定を名前で指定します：--lr 0.5、--data digits。"
    ),
    "A folder of pictures, or a name from `zerokara data list`.": (
        "画像のフォルダ、または `zerokara data list` にある名前。"
    ),
    "Write a report with a contact sheet to this HTML file.": "画像の一覧つきのレポートを、この HTML ファイルに書きます。",
    "Write a clean copy to this new folder.": "問題を除いたコピーを、この新しいフォルダに作ります。",
    "Bits of 64 by which near duplicates differ at most (6); 0 does not look for them.": (
        "ほぼ同じとみなす 64 ビット中の差の上限（省略時 6）。0 なら調べません。"
    ),
    "Shortest side, in pixels, that is not tiny; else 8, or an eighth of the median if that is more.": (
        "小さすぎない短辺のピクセル数（省略時は 8、または中央値の 8 分の 1 の大きい方）。"
    ),
    "A name from `zerokara data list`, or folder:PATH.": "`zerokara data list` にある名前、または folder:パス。",
    # ── settings of a recipe
    "passes over the training images": "訓練画像を何周するか（エポック数）",
    "images in one update": "1 回の更新に使う画像の枚数（バッチサイズ）",
    "sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw": (
        "最適化手法：sgd、momentum、nesterov、adagrad、rmsprop、adam、adamw"
    ),
    "learning rate; the highest one if a schedule changes it": "学習率（スケジュールで変わるときは最大値）",
    "constant, step, cosine or one-cycle": "学習率のスケジュール：constant、step、cosine、one-cycle",
    "strength of the pull of weights towards zero": "荷重減衰（重みを 0 に近づける力）の強さ",
    "share of the target spread over all classes, 0 to below 1": "ラベル平滑化：全クラスに配る割合、0 以上 1 未満",
    "none, shift, light or strong: how training images are varied": "データ拡張：none、shift、light、strong",
    "decay of averaged weights, 0 for none, 0.998 for long": "重みの移動平均の減衰率。0 でなし、0.998 で長め",
    "strength of the pull of weights to exactly zero": "L1 正則化（重みをちょうど 0 にする力）の強さ",
    "longest gradient allowed, 0 for any": "勾配のノルムの上限。0 で制限なし",
    "epochs to wait for a lower validation loss, then stop with the best; 0 to go on": (
        "検証損失の改善を待つエポック数。改善しなければ最良の重みで終了。0 で最後まで"
    ),
    "characters, words, lower-words, blanks or byte-pairs; empty for what suits the text": (
        "トークンの種類：characters、words、lower-words、blanks、byte-pairs。空ならテキストに合うもの"
    ),
    "tokens that are kept, the most frequent ones, or merges of byte pairs; 0 for all": (
        "語彙に残すトークンの数（頻度順）、またはバイト対の結合の数。0 ですべて"
    ),
    "rnn, lstm or gru": "セルの種類：rnn、lstm、gru",
    "numbers a token becomes": "トークン 1 つを表す数の個数（埋め込みの次元）",
    "units of a recurrent layer": "リカレント層のユニット数",
    "recurrent layers": "リカレント層の数",
    "share of the units that are dropped while it learns, 0 to below 1": "学習中にドロップアウトする割合、0 以上 1 未満",
    "the embedding is the last layer's weight too": "埋め込みを最終層の重みとしても使う（重み共有）",
    "every window starts from nothing, not from the state behind the one before": (
        "窓ごとに状態を 0 に戻す（前の窓の状態を引き継がない）"
    ),
    "pictures: a name from `zerokara data list`, or folder:PATH": "画像：`zerokara data list` の名前、または folder:パス",
    "decay of averaged weights, 0 for none": "重みの移動平均の減衰率。0 でなし",
    "numbers in the code; 2 for a plane": "符号の次元。2 なら平面",
    "units of the hidden layers": "隠れ層のユニット数",
    "weight of the KL term": "KL の項の重み",
    "bernoulli for pixels as grey or ink, gaussian for squared errors": (
        "bernoulli（画素の濃さ）または gaussian（二乗誤差）"
    ),
    "steps of the chain": "連鎖のステップ数",
    "linear, unscaled or cosine: how the noise grows along the chain": ("ノイズの増え方：linear、unscaled、cosine"),
    "channels of the U-Net's first level; the others have twice as many": (
        "U-Net の最初の段のチャンネル数（他の段は 2 倍）"
    ),
    "share of the labels that are left out, for guidance": "学習で隠すラベルの割合（ガイダンスのため）",
    "the network is told the class": "ネットワークにクラスを教える",
    "Print one JSON object.": "JSON オブジェクトを 1 つ出力します。",
    "Make new pictures with a trained network.": "学習済みのネットワークで新しい画像を作ります。",
    "The network is that of a run of the recipes vae or diffusion. The sheet of pictures is a PNG file; --report "
    "writes a page that shows how they come about.": (
        "ネットワークはレシピ vae または diffusion の実行フォルダのもの。画像は 1 枚の PNG に並べます。"
        "--report で、どのように作られるかを示すページも書きます。"
    ),
    "The folder of a run of a recipe that makes pictures: vae, diffusion.": (
        "画像を作るレシピ（vae、diffusion）の実行フォルダ。"
    ),
    "How many pictures; 64 unless given.": "画像の数。省略時は 64。",
    "The class to draw, by name or number, once or several times, in turns; all classes in turns unless given.": (
        "描くクラス（名前か番号、複数なら順番に）。省略時はすべてのクラスを順番に。"
    ),
    "How much the class counts: 1 as learned, 0 not at all, 2 or more exaggerates.": (
        "クラスの効かせ方：1 は学習どおり、0 は無視、2 以上は強調。"
    ),
    "Where the random numbers start; the same seed gives the same pictures.": (
        "乱数の種。同じ種からは同じ画像ができます。"
    ),
    "Pictures in a row of the sheet.": "1 行に並べる画像の数。",
    "Show the way from noise: a row for each time of the chain, at most 10 pictures.": (
        "ノイズからの道筋：連鎖の時刻ごとに 1 行、最大 10 枚。"
    ),
    "The PNG file for the pictures.": "画像を書く PNG ファイル。",
    "Write a page too: new pictures, the plane of codes and a walk between two pictures, or the steps from noise.": (
        "ページも書きます：新しい画像、符号の平面と画像の間の道、またはノイズからのステップ。"
    ),
    "Folder with data files, for the test pictures of the page.": "データのフォルダ（ページに使うテスト画像のため）。",
    "steps of a window, through which gradients go back": "窓の長さ（勾配がさかのぼるステップ数）",
    "share of the training images kept for validation": "検証用に取り分ける訓練画像の割合",
    "where all random numbers start": "乱数の種",
    **OF_COLLECT,
    **OF_SEARCH,
}

TITLES = {"Commands": "コマンド", "Arguments": "引数", "Parameters": "オプション"}


def translated(text: str) -> str:
    """The sentence in Japanese, or as it is; what stands after a colon as a list of names stays."""
    plain = " ".join(text.split())
    if plain in HELP:
        return HELP[plain]
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    if all(part in HELP for part in paragraphs):
        return "\n\n".join(HELP[part] for part in paragraphs)
    head, colon, names = plain.partition(": ")
    return f"{HELP[head]}：{names}" if colon and head in HELP else text


class JapaneseHelp:
    """Shows the help as cyclopts does, with its sentences in Japanese."""

    def __init__(self) -> None:
        from cyclopts.help import DefaultFormatter

        self._show = DefaultFormatter()

    def __call__(self, console: Any, options: Any, panel: Any) -> None:
        """A panel of commands or of options."""
        for entry in panel.entries:
            entry.description = _inline(entry.description)
        self._show(console, options, panel.copy(title=TITLES.get(str(panel.title), panel.title)))

    def render_usage(self, console: Any, options: Any, usage: Any) -> None:
        """The line that says how the command is written."""
        if usage:
            told = str(usage).removeprefix("Usage: ")
            console.print(f"使い方：{told}", markup=False, highlight=False)

    def render_description(self, console: Any, options: Any, description: Any) -> None:
        """What the command does."""
        self._show.render_description(console, options, _inline(description))


def _inline(description: Any) -> Any:
    """The text in Japanese, with what cyclopts wrote behind it (choices, defaults) as it is."""
    from rich.text import Text

    inner = getattr(description, "primary_renderable", None)
    if isinstance(inner, Text):
        description.primary_renderable = Text(translated(inner.plain))
        return description
    return Text(translated(description)) if isinstance(description, str) else description
