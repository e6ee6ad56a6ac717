"""What the page says, in English and in Japanese; `js/` names every text by its key."""

from zerokara.wording import Text

FRAME: dict[str, Text] = {
    "skip": Text("To the page", "本文へ"),
    "doors": Text("Pages", "ページ"),
    "door-draw": Text("Draw", "描く"),
    "theme": Text("Theme", "配色"),
    "theme-system": Text("system", "自動"),
    "theme-light": Text("light", "明るい"),
    "theme-dark": Text("dark", "暗い"),
    "copy-link": Text("Copy link", "リンクをコピー"),
    "link-no-picture": Text(
        "Link copied: it holds the settings, but not the picture.",
        "リンクをコピーしました。設定だけで、画像は含まれません。",
    ),
    "copied": Text(
        "Link copied: it opens to the same numbers, in a browser that is allowed in.",
        "リンクをコピーしました。許可済みのブラウザで開くと同じ数値になります。",
    ),
    "link-above": Text("The link is now in the address bar.", "リンクをアドレスバーに入れました。"),
    "link-long": Text(
        "The drawing is too long for a link (over 2,000 characters).",
        "絵が長すぎてリンクにできません（2,000 文字超）。",
    ),
    "link-bad": Text(
        "These parts of the link were not understood: {names}.", "リンクの次の部分を解釈できませんでした：{names}。"
    ),
    "save-page": Text("Save as page", "ページとして保存"),
    "saved": Text("A page to keep", "保存用のページ"),
    "save-file": Text("Save the file", "ファイルに保存"),
    "guest": Text(
        "You are a guest: draw, and look at everything here. Training belongs to whoever started the studio.",
        "ゲストとして参加中です。描いて、このページのすべてを見られます。学習は起動した人だけができます。",
    ),
    "all-keys": Text("All keys", "キー操作の一覧"),
    "close": Text("Close", "閉じる"),
    "numbers": Text("numbers", "数値"),
    "engine-starting": Text("The engine is starting …", "エンジンを起動しています…"),
    "engine-compiling": Text(
        "Engine ready. Compiling for this machine in the background; it will soon be faster.",
        "使えます。このマシン向けにバックグラウンドでコンパイル中です。まもなく速くなります。",
    ),
    "engine-ready": Text("Engine ready.", "エンジン準備完了。"),
    "engine-restarting": Text(
        "The engine stopped and is being restarted; your drawing is still here.",
        "エンジンが停止したため、再起動しています。絵はそのまま残っています。",
    ),
    "engine-broken": Text(
        "The engine does not start; see the terminal for the reason.",
        "エンジンが起動しません。端末の表示を確認してください。",
    ),
    "engine-said": Text("The engine reports: {error}.", "エンジンからの報告：{error}。"),
    "closed": Text("The studio cannot be reached; trying again …", "スタジオに接続できません。再接続しています…"),
    "too-many-tabs": Text(
        "The studio is open in too many tabs: close one.", "タブが多すぎます。どれかを閉じてください。"
    ),
    "offline": Text("The studio cannot be reached.", "スタジオに接続できません。"),
}

KEYS: dict[str, Text] = {
    "key-undo": Text("undo", "元に戻す"),
    "key-redo": Text("redo (or Ctrl+Y)", "やり直す（Ctrl+Y も可）"),
    "key-eraser": Text("eraser on or off", "消しゴムの切り替え"),
    "key-width": Text("thinner or thicker pen", "ペンを細く・太く"),
    "key-clear": Text("clear", "すべて消す"),
    "key-keep": Text("this should be n: keep the drawing with this label", "「これは n」：ラベルを付けて保存"),
    "key-boxes": Text("in the drawing area: next digit", "描画面で：次の数字へ"),
    "key-unit": Text("on a position of a map: how that unit is computed", "マップ上の位置で：そのユニットの計算"),
    "key-paste": Text("paste a picture", "画像を貼り付け"),
    "key-pixels": Text("in the drawing area: edit pixels; arrows move", "描画面で：画素エディターを開く（矢印で移動）"),
    "key-pixels-ink": Text("set or erase a pixel; Shift and an arrow draw", "画素を塗る・消す（Shift＋矢印で描く）"),
    "key-pixels-level": Text("set a pixel's ink, in ninths of full ink", "画素の濃さを 9 段階で指定"),
    "key-leave": Text("leave the pixel editor", "画素エディターを閉じる"),
    "key-help": Text("this list", "この一覧"),
}

DRAW: dict[str, Text] = {
    "draw-title": Text("Draw a digit, and look inside the network", "数字を描いて、ネットワークの中を見る"),
    "draw-lead": Text(
        "The answer updates while the pen moves; when it is lifted the numbers are exactly those of zerokara read.",
        "ペンを動かしている間、答えが更新され続けます。ペンを離すと zerokara read とまったく同じ数値になります。",
    ),
    "hint": Text("draw here, or drop a picture", "ここに描くか、画像をドロップ"),
    "area": Text(
        "Drawing area, {count} strokes; reads {text}. Enter edits pixels.",
        "描画面。{count} 画、読み取り結果 {text}。Enter で画素を編集。",
    ),
    "tools": Text("Drawing tools", "描画ツール"),
    "undo": Text("Undo", "元に戻す"),
    "redo": Text("Redo", "やり直す"),
    "eraser": Text("Eraser", "消しゴム"),
    "clear": Text("Clear", "すべて消す"),
    "width": Text("Pen", "太さ"),
    "choose": Text("Picture …", "画像…"),
    "photograph": Text("Photograph", "撮影"),
    "examples": Text("Examples", "例"),
    "examples-drawn": Text("drawn", "手描き"),
    "examples-data": Text("next from the data set", "データセットから（次の 1 枚）"),
    "examples-none": Text(
        "This machine has no data set for this network.", "対応するデータセットがこのマシンにありません。"
    ),
    "example": Text("a {digit}", "{digit} の例"),
    "example-data": Text("{name} of the data", "データの {name}"),
    "example-told": Text(
        "Picture {index} of the test set of {data}, labelled {name}.",
        "{data} のテストデータ {index} 番。ラベルは {name}。",
    ),
    "pixel-editor": Text("Pixels", "画素"),
    "pixels-label": Text(
        "Pixel editor: arrows move, Space inks, 1 to 9 set the ink, Escape leaves",
        "画素エディター：矢印で移動、スペースで塗る、1〜9 で濃さ、Esc で終了",
    ),
    "pixel": Text("row {row}, column {column}, ink {ink}", "{row} 行 {column} 列、インク {ink}"),
    "reading-picture": Text("Reading the picture …", "画像を読んでいます…"),
    "pages": Text(
        "The file has {count} pages; the first one was read.", "{count} ページあるファイルの 1 ページ目を読みました。"
    ),
    "answer": Text("The answer", "答え"),
    "bars": Text("Probability of each digit", "各数字の確率"),
    "bars-note": Text(
        "Select a bar: the explanations below are then for that digit.",
        "バーを選ぶと、以下の説明はその数字についてのものになります。",
    ),
    "bars-note-many": Text(
        "The ten most probable classes. Select a bar: the explanations below are then for that class.",
        "確率の高い 10 クラスです。バーを選ぶと、以下の説明はそのクラスについてのものになります。",
    ),
    "bar": Text("{digit}: {share}", "{digit}：{share}"),
    "bar-told-second": Text("{digit}: {share}, second {other}: {rest}", "{digit}：{share}、次点 {other}：{rest}"),
    "bar-told-first": Text("{digit}: {share}, first {other}: {rest}", "{digit}：{share}、1 位 {other}：{rest}"),
    "nothing": Text("Nothing drawn yet.", "まだ何も描かれていません。"),
    "reads": Text(
        "Reads {first}, {share}; second choice {second}, {other}.",
        "読み取り {first}（{share}）、次点 {second}（{other}）。",
    ),
    "reads-several": Text("Reads {text}: {count} digits.", "{text} と読みました（数字 {count} 個）。"),
    "which": Text("Digit to inspect", "調べる数字"),
    "which-one": Text("digit {place}: {digit}", "{place} 番目：{digit}"),
    "seen": Text("What the network sees", "ネットワークが見ているもの"),
    "seen-note": Text(
        "{size} numbers from 0 to 1: the network's whole input.",
        "0〜1 の {size} 個の数値。ネットワークへの入力はこれだけです。",
    ),
    "seen-note-colour": Text(
        "{size} pixels of three numbers from 0 to 1: the network's whole input.",
        "{size} 画素、それぞれ 0〜1 の数値 3 個。ネットワークへの入力はこれだけです。",
    ),
    "seen-words": Text("{digit} as the network sees it, {size} pixels", "ネットワークが見た {digit}（{size} 画素）"),
}

MODELS: dict[str, Text] = {
    "model": Text("Network", "ネットワーク"),
    "model-reader": Text("the reader of drawn digits", "手描き数字のリーダー"),
    "model-runs": Text("runs on this machine", "このマシンの実行"),
    "model-files": Text("uploaded files", "アップロードしたファイル"),
    "model-file": Text("ONNX file …", "ONNX ファイル…"),
    "model-opens": Text("Opening the network …", "ネットワークを開いています…"),
    "model-told": Text(
        "Its input is {shape} numbers, its output {count} classes.", "入力は {shape} 個の数値、クラス数は {count}。"
    ),
    "class-number": Text("class {index}", "クラス {index}"),
}

KEEP: dict[str, Text] = {
    "keep": Text("This should be", "これは本当は"),
    "keep-as": Text("this should be {label}; {count} saved", "これは {label}（保存済み {count} 枚）"),
    "keep-lead": Text(
        "Saves the drawing with its label, as the network saw it: a data set of your own. Undo removes it.",
        "ラベルを付けて、ネットワークが見た形で保存します。自分だけのデータセットになります。「元に戻す」で取り消せます。",
    ),
    "keep-count": Text("{all} drawings are saved in {folder}.", "{folder} に {all} 枚保存済み。"),
    "keep-nothing": Text(
        "There is no digit to save: draw one first.", "保存できる数字がありません。まず描いてください。"
    ),
    "kept": Text(
        "Saved as a {label}: {count} of them, {all} in all.",
        "{label} として保存しました（{label} は {count} 枚、全部で {all} 枚）。",
    ),
    "kept-undone": Text("Removed a {label}; {all} are left.", "{label} を取り消しました（残り {all} 枚）。"),
    "keep-train": Text("Enough to train on:", "学習に使えます："),
}

SEEN: dict[str, Text] = {
    "way": Text("From ink to the network", "インクからネットワークへ"),
    "way-lead": Text(
        "A drawing is brought into the form of MNIST’s digits.", "描いた数字を、MNIST の数字と同じ形に整えます。"
    ),
    "stages-none": Text("Only for drawings made here.", "ここで描いた数字だけに表示します。"),
    "stage-box-name": Text("ink and box", "インクと外枠"),
    "stage-redrawn-name": Text("stroke width", "線の太さ"),
    "stage-fitted-name": Text("20 × 20", "20 × 20"),
    "stage-own-name": Text("the network’s size", "ネットワークの大きさ"),
    "stage-own": Text("Resized to {size}, the input of this network.", "このネットワークの入力 {size} に。"),
    "stage-view-name": Text("centre of mass", "重心"),
    "stage-box": Text("Cropped to its box: {w} × {h}.", "外枠で切り取る：{w} × {h}。"),
    "stage-same": Text("Stroke width {width} is usual: left as it is.", "線の太さ {width} は標準的なので、そのまま。"),
    "stage-redrawn": Text("Stroke width {width} becomes {wanted}.", "線の太さ {width} を {wanted} に。"),
    "stage-fitted": Text("Scaled, proportions kept: {w} × {h}.", "縦横比を保って縮小：{w} × {h}。"),
    "stage-view": Text("Its centre of mass moved to the middle of 28 × 28.", "重心を 28 × 28 の中央に。"),
    "sights": Text("The five sights", "5 通りの見方"),
    "sights-lead": Text(
        "The reader looks five times and averages the scores: a mistake in one sight is outvoted.",
        "リーダーは 5 通りに見て、スコアの平均をとります。1 つの見間違いは残りの多数で補われます。",
    ),
    "sight-plain": Text("as it is", "そのまま"),
    "sight-left": Text("rotated by 8°", "8° 回転"),
    "sight-right": Text("rotated by −8°", "−8° 回転"),
    "sight-large": Text("larger, 1.1 ×", "拡大 1.1 倍"),
    "sight-small": Text("smaller, 0.92 ×", "縮小 0.92 倍"),
    "sight-mean": Text("all five together: the answer", "5 つの平均：答え"),
    "sight-words": Text("{name}: {digit}, {share}", "{name}：{digit}（{share}）"),
}

BEND: dict[str, Text] = {
    "bend": Text("Distort it: when does the answer change?", "変形：答えはいつ変わるか"),
    "bend-lead": Text(
        "The sliders change the strokes, not the pixels. Below each is what is read along its range; a red edge marks a change.",
        "スライダーは画素でなく線そのものを変えます。下の帯は各位置での読み取り結果、赤い境目が答えの変わる位置です。",
    ),
    "slider-turn": Text("rotation (degrees)", "回転（度）"),
    "slider-size": Text("size", "大きさ"),
    "slider-lean": Text("slant", "傾き"),
    "slider-thickness": Text("thickness", "太さ"),
    "slider-noise": Text("shaking hand", "手のふるえ"),
    "slider-contrast": Text("ink strength", "インクの濃さ"),
    "straight": Text("All as drawn", "すべて元に戻す"),
    "flips-none": Text("not computed yet: select the slider", "未計算：スライダーを選ぶと計算します"),
    "flips": Text("from the left: {first}; {told}", "左から {first}、{told}"),
    "flips-same": Text("{digit} everywhere", "どこでも {digit}"),
    "flip": Text("from {value} on {digit}", "{value} から {digit}"),
}

WHY: dict[str, Text] = {
    "why": Text("Why?", "なぜ？"),
    "why-of": Text("Why a {digit}?", "なぜ {digit}？"),
    "why-lead": Text(
        "Six methods show the evidence in the picture: red to yellow for the digit, blue against it.",
        "6 つの手法で、その数字の根拠になった場所を示します。赤から黄は根拠になる場所、青は反証になる場所です。",
    ),
    "why-note": Text(
        "This network ends in a linear layer over positions: Grad-CAM is often empty there; integrated gradients lose nothing.",
        "このネットワークは位置ごとに重みを持つ全結合層で終わるため、Grad-CAM は空になりがちです。Integrated Gradients は取りこぼしがありません。",
    ),
    "why-none": Text("not computed yet", "未計算"),
    "why-cannot": Text("not for this network: {error}", "このネットワークには使えません：{error}"),
    "why-score": Text("score {score}", "スコア {score}"),
    "why-layer": Text("layer {layer}, score {score}", "層 {layer}、スコア {score}"),
    "why-deletion": Text("deletion {area}", "削除 {area}"),
    "why-curve": Text(
        "Deletion curve from {from} to {to}, area {area}; smaller is better",
        "削除曲線：{from} から {to}、面積 {area}（小さいほど良い）",
    ),
    "why-words": Text(
        "{method} for {digit}: strongest at the {place}, {share}", "{method}（{digit}）：最も強いのは{place}、{share}"
    ),
    "why-blank": Text("{method}: nothing found", "{method}：何も見つかりません"),
    "place-0": Text("top left", "左上"),
    "place-1": Text("top", "上"),
    "place-2": Text("top right", "右上"),
    "place-3": Text("left", "左"),
    "place-4": Text("middle", "中央"),
    "place-5": Text("right", "右"),
    "place-6": Text("bottom left", "左下"),
    "place-7": Text("bottom", "下"),
    "place-8": Text("bottom right", "右下"),
}

INSIDE: dict[str, Text] = {
    "become": Text("What would make it a {digit}?", "何があれば {digit} になる？"),
    "become-lead": Text(
        "Gradient ascent on the picture itself. Note how little ink is enough.",
        "画像そのものへの勾配上昇です。どれほどわずかなインクで足りるかに注目してください。",
    ),
    "become-target": Text("towards", "目標"),
    "become-go": Text("Start", "始める"),
    "become-more": Text("20 more steps", "さらに 20 ステップ"),
    "become-plus": Text("ink to add (+)", "足すインク（+）"),
    "become-minus": Text("ink to remove (−)", "消すインク（−）"),
    "become-first": Text("Choose a digit, then start.", "数字を選んで始めてください。"),
    "become-told": Text(
        "After {steps} steps: {best}, {share}; {target} has {other}.",
        "{steps} ステップ後：{best}（{share}）、{target} は {other}。",
    ),
    "become-words": Text(
        "{added} pixels of ink added, {taken} removed.", "インク {added} 画素分を追加、{taken} 画素分を削除。"
    ),
    "layers": Text("Layer by layer", "層ごとに見る"),
    "layers-lead": Text(
        "Every map of every layer, each from its smallest (black) to its largest value (white). Select one to see its values.",
        "全層の全マップ。それぞれ最小値を黒、最大値を白で表示しています。選ぶと値を見られます。",
    ),
    "layer-told": Text(
        "{shape} · {zeros} zeros · {silent} of {all} silent",
        "{shape}・0 の割合 {zeros}・{all} 個中 {silent} 個が無反応",
    ),
    "layer-large": Text("{shape} · too many maps to show", "{shape}・マップが多いため表示を省略"),
    "number-at": Text("number {index}: {value}", "{index} 番：{value}"),
    "loupe-unit": Text("How this unit is computed", "このユニットの計算"),
    "layer-numbers": Text("{layer}: {count} numbers", "{layer}：{count} 個の数値"),
    "map-name": Text("{layer}, map {channel}", "{layer}、マップ {channel}"),
    "map-at": Text("row {row}, column {column}: {value}", "{row} 行 {column} 列：{value}"),
    "map-range": Text("from {low} to {high}", "{low} から {high} まで"),
    "loupe-note": Text(
        "Point at a position, or move there with the arrow keys; a click or Enter shows how that unit is computed.",
        "位置を指すか、矢印キーで移動。クリックか Enter でそのユニットの計算を示します。",
    ),
    "head-digit": Text("digit", "数字"),
    "head-share": Text("probability", "確率"),
    "head-layer": Text("layer", "層"),
    "head-kind": Text("kind", "種類"),
    "head-shape": Text("shape", "形状"),
    "head-zeros": Text("zeros", "0 の割合"),
    "head-silent": Text("silent maps", "無反応のマップ"),
}

DOCTOR: dict[str, Text] = {
    "doctor-well": Text("The doctor finds nothing wrong.", "異常の兆候は見つかりません。"),
    "doctor-see": Text("See it happen:", "実験で見る："),
    "doctor-also": Text("(also {names})", "（ほかに {names}）"),
}

UNIT: dict[str, Text] = {
    "unit-title": Text("Unit ({place}) of layer {layer}", "層 {layer} のユニット（{place}）"),
    "unit-lead": Text(
        "y = f(Σ w·x + b) with the numbers filled in (terms: {count}). The engine gave {engine}; recomputed in float64 it is {value}.",
        "y = f(Σ w·x + b) に数値を入れたもの（{count} 項）。エンジンの値は {engine}、float64 で計算し直すと {value}。",
    ),
    "unit-none": Text("Draw something to see how the unit is computed.", "何か描くと、計算を表示します。"),
    "unit-gradient": Text(
        "∂S/∂y = {gradient}: the rate at which S, the score {score} of {name}, changes with this unit's output.",
        "∂S/∂y = {gradient}：このユニットの出力に対する、{name} のスコア S = {score} の変化率です。",
    ),
    "unit-choice": Text(
        "One x was selected: its w is 1, the others' w is 0.", "x の 1 つが選ばれ、その w は 1、ほかは 0 です。"
    ),
    "unit-slope": Text(
        "This rule ({rule}) is not a sum: w is ∂y/∂x, and b is the remainder.",
        "この規則（{rule}）は和ではないため、w は ∂y/∂x、b は残りです。",
    ),
    "unit-field": Text("Receptive field", "見ている範囲（受容野）"),
    "unit-field-told": Text(
        "Rows {top} to {bottom}, columns {left} to {right} of the input.",
        "{top}〜{bottom} 行、{left}〜{right} 列（受容野）。",
    ),
    "unit-field-all": Text("It sees the whole input.", "入力の全体を見ています。"),
    "unit-weights": Text("Weights of this unit", "このユニットの重み"),
    "unit-weights-told": Text(
        "One picture for each map of its input ({count}); grey is 0, white {largest}, black −{largest}.",
        "入力マップごとに 1 枚（{count} 枚）。灰色は 0、白は {largest}、黒は −{largest}。",
    ),
    "unit-terms": Text("The terms, the largest |w·x| first", "項（|w·x| の大きい順）"),
    "unit-from": Text("x from", "x の出所"),
    "unit-onward": Text("{unit}: how it is computed", "{unit}：そのユニットの計算へ"),
    "unit-rest": Text("the other {count}", "残り {count} 項"),
    "unit-top": Text("Pictures with the highest activation", "最も強く反応する画像"),
    "unit-top-go": Text("Search", "探す"),
    "unit-top-lead": Text(
        "Anywhere in the map, among the pictures of a data set.", "マップ全体について、データセットの画像から探します。"
    ),
    "unit-top-searching": Text("Searching …", "探しています…"),
    "unit-top-told": Text(
        "Among the first {count} of the test set of {data}; the frame marks what the unit saw.",
        "{data} のテストデータ先頭 {count} 枚から。枠はユニットが見た範囲です。",
    ),
    "unit-top-one": Text("{label}: {value}", "{label}：{value}"),
}

PAGE: dict[str, Text] = {**FRAME, **KEYS, **DRAW, **MODELS, **KEEP, **SEEN, **BEND, **WHY, **INSIDE, **DOCTOR, **UNIT}
