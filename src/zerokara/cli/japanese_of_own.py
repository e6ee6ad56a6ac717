"""The help of what concerns one's own data, in Japanese: as in `japanese`, which takes these sentences in."""

HELP: dict[str, str] = {
    # ── train
    "Train a network: with a recipe, on a data set, or on your own pictures or table.": (
        "ネットワークを学習させます：レシピ、データセット、または自分の画像や表で。"
    ),
    "Without --model, the data choose one; --from starts from another network. Every setting of a recipe can be changed "
    "by its name. The run's folder keeps settings, history, checkpoints and weights; Ctrl-C saves, --resume continues.": (
        "--model を省くとデータに合わせてモデルを選び、--from では別のネットワークから始めます。レシピの設定は、どれも"
        "名前で変更できます。設定・履歴・チェックポイント・重みは実行フォルダに残ります。Ctrl-C で保存して中断し、"
        "--resume で再開します。"
    ),
    "A data set by its name, folder:PATH (pictures, a sub-folder for each class), or csv:FILE (a table, with --target); "
    "with --recipe, another than the recipe's.": (
        "データセットの名前、folder:パス（クラスごとのフォルダに入った画像）、または csv:ファイル（表。--target と使う）。"
        "--recipe と一緒なら、レシピのものの代わり。"
    ),
    "The column of a table that is to be answered: words or a few whole numbers are classes, other numbers are learned "
    "as numbers.": "表のうち答える列。語や少数の整数はクラスとして、ほかの数は数値として学習します。",
    "The size to which pictures of a folder are brought, rows x columns, such as 64x64; else one that suits them.": (
        "フォルダの画像をそろえる大きさ（行 x 列）。例：64x64。省略時は画像に合わせて決めます。"
    ),
    "Start from another network, with a new last layer: the folder of a run, an .onnx file, or a model's name with "
    "--weights.": (
        "最終層を新しくして別のネットワークから始める：実行フォルダ、.onnx ファイル、またはモデル名と --weights。"
    ),
    "A file of weights (safetensors, npz) for the model that --from names.": (
        "--from のモデルの重みのファイル（safetensors、npz）。"
    ),
    "What that network wants subtracted, one number or one a channel; above 1 it is meant for pixels from 0 to 255.": (
        "そのネットワークの入力から引く値。1 つ、またはチャンネルごと。1 より大きければ 0〜255 の画素用とみなします。"
    ),
    "What it wants divided by.": "割る値。",
    "none, shift, light, strong, paper, mirror or photo: how training images are varied": (
        "データ拡張：none、shift、light、strong、paper、mirror、photo"
    ),
    "passes in which the new last layer learns alone, before all does": (
        "全体の前に、新しい最終層だけを学習するエポック数"
    ),
    # ── predict
    "Answer with a trained network: class names and probabilities for pictures, folders and rows of tables.": (
        "学習したネットワークで答えます：画像・フォルダ・表の行に、クラス名と確率を。"
    ),
    "A run remembers how its pictures were read and what its classes are called, and so does an ONNX file that was "
    "exported from it. Exit code 0: everything was answered; 1: something could not be; 2: wrong usage.": (
        "画像の読み方とクラスの名前は、実行フォルダにも、そこからエクスポートした ONNX ファイルにも入っています。"
        "終了コード 0：すべて答えた、1：答えられないものがあった、2：使い方の誤り。"
    ),
    "Pictures, folders of pictures, or for a network that learned from a table CSV files with the same columns.": (
        "画像、画像のフォルダ。表から学習したネットワークには、同じ列の CSV ファイル。"
    ),
    "The folder of a run, an .onnx file, the name of a recipe that was trained in runs/, or a model's name with "
    "--weights.": ("実行フォルダ、.onnx ファイル、runs/ で学習したレシピの名前、またはモデル名（--weights と使う）。"),
    "A file of weights (safetensors, npz) for a model's name.": "モデル名に対する重みのファイル（safetensors、npz）。",
    "How many of the likeliest classes are told; 0 for all.": "確率の高い順に表示するクラスの数。0 ですべて。",
    "Write the answers to this file too, with the probability of every class; it opens in a spreadsheet.": (
        "全クラスの確率とともに、答えをこのファイルにも書く（表計算ソフトで開けます）。"
    ),
    "How pictures are made for the network: learned (as its training pictures were), digit (as the reader does it), "
    "photo (resized and cut), exact, or auto.": (
        "画像の前処理：learned（学習時と同じ）、digit（数字リーダーと同じ）、photo（縮小して切り抜く）、exact、auto。"
    ),
    "Print one JSON object a line, one for each picture, digit or row.": ("画像・数字・行ごとに 1 行の JSON を出力。"),
    # ── evaluate, explain
    "The folder of a run, an .onnx file, or a file of weights (safetensors).": (
        "実行フォルダ、.onnx ファイル、または重みのファイル（safetensors）。"
    ),
    "Test on this data set instead of the run's own: a name, folder:PATH or csv:FILE, whose classes are the run's.": (
        "実行のデータの代わりに評価するデータ：名前、folder:パス、csv:ファイル（クラスは実行と同じ）。"
    ),
    "Pictures: PNG, JPEG, BMP, GIF, WebP, TIFF, or folders of them; for a network that learned from a table, CSV files.": (
        "画像（PNG、JPEG、BMP、GIF、WebP、TIFF）、画像のフォルダ。表から学習したネットワークには CSV ファイル。"
    ),
    # ── settings of a recipe
    "data set: a name from `zerokara data list`, folder:PATH, or csv:FILE@COLUMN": (
        "データセット：`zerokara data list` の名前、folder:パス、または csv:ファイル@列"
    ),
}
