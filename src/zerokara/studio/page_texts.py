"""What the page says, in English and in Japanese; `js/` names every text by its key."""

from zerokara.report.texts import Text

FRAME: dict[str, Text] = {
    "skip": Text("To the page", "本文へ"),
    "doors": Text("Pages", "ページ"),
    "door-draw": Text("Draw", "描く"),
    "theme": Text("Theme", "配色"),
    "theme-system": Text("system", "自動"),
    "theme-light": Text("light", "明るい"),
    "theme-dark": Text("dark", "暗い"),
    "copy-link": Text("Copy link", "リンクをコピー"),
    "copied": Text(
        "The link is copied: it opens to the same numbers, in a browser that was let in.",
        "リンクをコピーしました。許可済みのブラウザーで開くと同じ数値になります。",
    ),
    "link-above": Text("The link stands in the address bar now.", "リンクをアドレスバーに入れました。"),
    "link-long": Text(
        "The drawing is too long for a link (over 2,000 characters).",
        "絵が長すぎてリンクにできません（2,000 文字超）。",
    ),
    "link-bad": Text("In the link was not understood: {names}.", "リンクの中で理解できなかったもの：{names}。"),
    "all-keys": Text("All keys", "キー操作の一覧"),
    "close": Text("Close", "閉じる"),
    "numbers": Text("numbers", "数値"),
    "engine-starting": Text("The engine starts …", "エンジンを起動しています…"),
    "engine-compiling": Text(
        "Engine ready. Compiling for this machine in the background; soon it will be faster.",
        "使えます。この機械向けに裏でコンパイル中です。まもなく速くなります。",
    ),
    "engine-ready": Text("Engine ready.", "エンジン準備完了。"),
    "engine-restarting": Text(
        "The engine had stopped and is started again; your drawing is still here.",
        "エンジンが止まったため、再起動しています。絵はそのまま残っています。",
    ),
    "engine-broken": Text(
        "The engine does not start; the terminal may say why.", "エンジンが起動しません。端末の表示を確認してください。"
    ),
    "engine-said": Text("The engine says: {error}.", "エンジンからの報告：{error}。"),
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
    "key-paste": Text("paste a picture", "画像を貼り付け"),
    "key-pixels": Text("in the drawing area: edit pixels; arrows move", "描画面で：画素エディターを開く（矢印で移動）"),
    "key-pixels-ink": Text("set or erase a pixel; Shift and an arrow draw", "画素を塗る・消す（Shift＋矢印で描く）"),
    "key-pixels-level": Text("set a pixel to so many ninths of full ink", "画素の濃さを 9 段階で指定"),
    "key-leave": Text("leave the pixel editor", "画素エディターを閉じる"),
    "key-help": Text("this list", "この一覧"),
}

DRAW: dict[str, Text] = {
    "draw-title": Text("Draw a digit, and see through the network", "数字を描いて、ネットワークの中を見る"),
    "draw-lead": Text(
        "While the pen moves the real engine answers; when it is lifted the numbers are those of zerokara read.",
        "ペンを動かす間、本物のエンジンが答え続けます。ペンを離すと zerokara read と同じ数値になります。",
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
    "example": Text("a {digit}", "{digit} の例"),
    "pixel-editor": Text("Pixels", "画素"),
    "pixels-label": Text(
        "Pixel editor: arrows move, Space inks, 1 to 9 set the ink, Escape leaves",
        "画素エディター：矢印で移動、スペースで塗る、1〜9 で濃さ、Esc で終了",
    ),
    "pixel": Text("row {row}, column {column}, ink {ink}", "{row} 行 {column} 列、インク {ink}"),
    "reading-picture": Text("Reading the picture …", "画像を読んでいます…"),
    "pages": Text(
        "The file has {count} pages; the first is read.", "{count} ページあるファイルの 1 ページ目を読みました。"
    ),
    "answer": Text("The answer", "答え"),
    "bars": Text("Probability of each digit", "各数字の確率"),
    "bars-note": Text(
        "Choose a bar: what follows then speaks for that digit.",
        "棒を選ぶと、以下の説明はその数字についてのものになります。",
    ),
    "bar": Text("{digit}: {share}", "{digit}：{share}"),
    "nothing": Text("Nothing drawn yet.", "まだ何も描かれていません。"),
    "reads": Text(
        "Reads {first}, {share}; second choice {second}, {other}.",
        "読み取り {first}（{share}）、次点 {second}（{other}）。",
    ),
    "reads-several": Text("Reads {text}: {count} digits.", "{text} と読みました（数字 {count} 個）。"),
    "which": Text("Digit to look at", "調べる数字"),
    "which-one": Text("digit {place}: {digit}", "{place} 番目：{digit}"),
    "seen": Text("What it sees", "見ているもの"),
    "seen-note": Text(
        "28 × 28 numbers from 0 to 1: all that the network gets.",
        "0〜1 の 28 × 28 個の数値。ネットワークへの入力はこれだけです。",
    ),
    "seen-words": Text(
        "The digit {digit} as the network sees it, 28 by 28 pixels", "ネットワークが見た {digit}（28 × 28 画素）"
    ),
}

SEEN: dict[str, Text] = {
    "way": Text("From ink to the network", "インクからネットワークへ"),
    "way-lead": Text(
        "A drawing is made into what MNIST’s digits were.", "描いた数字を、MNIST の数字と同じ形に整えます。"
    ),
    "stages-none": Text("Only for drawings made here.", "ここで描いた数字だけに表示します。"),
    "stage-box-name": Text("ink and box", "インクと外枠"),
    "stage-redrawn-name": Text("stroke width", "線の太さ"),
    "stage-fitted-name": Text("20 × 20", "20 × 20"),
    "stage-view-name": Text("centre of mass", "重心"),
    "stage-box": Text("Cut to its box: {w} × {h}.", "外枠で切り取る：{w} × {h}。"),
    "stage-same": Text("Stroke width {width} is usual: left as it is.", "線の太さ {width} は標準的なので、そのまま。"),
    "stage-redrawn": Text("Stroke width {width} becomes {wanted}.", "線の太さ {width} を {wanted} に。"),
    "stage-fitted": Text("Fitted, proportions kept: {w} × {h}.", "縦横比を保って縮小：{w} × {h}。"),
    "stage-view": Text("Its centre of mass in the middle of 28 × 28.", "重心を 28 × 28 の中央に。"),
    "sights": Text("The five sights", "5 通りの見方"),
    "sights-lead": Text(
        "The reader looks five times and takes the mean of the scores: slips of one sight are outvoted.",
        "リーダーは 5 通りに見て、スコアの平均をとります。1 つの見間違いは多数で補われます。",
    ),
    "sight-plain": Text("as it is", "そのまま"),
    "sight-left": Text("turned by 8°", "8° 回転"),
    "sight-right": Text("turned by −8°", "−8° 回転"),
    "sight-large": Text("larger, 1.1 ×", "拡大 1.1 倍"),
    "sight-small": Text("smaller, 0.92 ×", "縮小 0.92 倍"),
    "sight-mean": Text("all five together: the answer", "5 つの平均：答え"),
    "sight-words": Text("{name}: {digit}, {share}", "{name}：{digit}（{share}）"),
}

BEND: dict[str, Text] = {
    "bend": Text("Bend it: when does the answer flip?", "変形：答えはいつ変わるか"),
    "bend-lead": Text(
        "The sliders change the strokes, not the pixels. Under each stands what is read at its places; a red edge marks a flip.",
        "スライダーは画素でなく線そのものを変えます。下の帯は各位置での読み取り結果、赤い境目が答えの変わる所です。",
    ),
    "slider-turn": Text("turn (degrees)", "回転（度）"),
    "slider-size": Text("size", "大きさ"),
    "slider-lean": Text("lean", "傾き"),
    "slider-thickness": Text("thickness", "太さ"),
    "slider-noise": Text("shaking hand", "手のふるえ"),
    "slider-contrast": Text("ink strength", "インクの濃さ"),
    "straight": Text("All as drawn", "すべて元に戻す"),
    "flips-none": Text("not tried yet: choose the slider", "未計算：スライダーを選ぶと計算します"),
    "flips": Text("from the left: {first}; {told}", "左から {first}、{told}"),
    "flips-same": Text("{digit} everywhere", "どこでも {digit}"),
    "flip": Text("from {value} on {digit}", "{value} から {digit}"),
}

WHY: dict[str, Text] = {
    "why": Text("Why?", "なぜ？"),
    "why-of": Text("Why a {digit}?", "なぜ {digit}？"),
    "why-lead": Text(
        "Six methods say what in the picture speaks for the digit: red to yellow for it, blue against it.",
        "6 つの手法が、その数字の根拠を示します。赤から黄は支える場所、青は反対する場所です。",
    ),
    "why-note": Text(
        "This network ends in a linear layer over places: there Grad-CAM is empty as often as not; integrated gradients lose nothing.",
        "このネットワークは場所ごとの全結合層で終わるため、Grad-CAM は空になりがちです。Integrated Gradients は取りこぼしがありません。",
    ),
    "why-none": Text("not computed yet", "未計算"),
    "why-score": Text("score {score}", "スコア {score}"),
    "why-layer": Text("layer {layer}, score {score}", "層 {layer}、スコア {score}"),
    "why-deletion": Text("deletion {area}", "削除 {area}"),
    "why-curve": Text(
        "Deletion curve from {from} to {to}, area {area}; smaller is better",
        "削除曲線：{from} から {to}、面積 {area}（小さいほど良い）",
    ),
    "why-words": Text(
        "{method} for {digit}: most at the {place}, {share}", "{method}（{digit}）：最も効くのは{place}、{share}"
    ),
    "why-blank": Text("{method}: finds nothing", "{method}：何も見つかりません"),
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
        "Gradient ascent on the picture itself: how little ink is enough is the lesson.",
        "画像そのものへの勾配上昇です。どれほどわずかなインクで足りるかに注目してください。",
    ),
    "become-target": Text("towards", "目標"),
    "become-go": Text("Begin", "始める"),
    "become-more": Text("20 more steps", "さらに 20 ステップ"),
    "become-plus": Text("ink to add (+)", "足すインク（+）"),
    "become-minus": Text("ink to take away (−)", "消すインク（−）"),
    "become-first": Text("Choose a digit, and begin.", "数字を選んで始めてください。"),
    "become-told": Text(
        "After {steps} steps: {best}, {share}; {target} has {other}.",
        "{steps} ステップ後：{best}（{share}）、{target} は {other}。",
    ),
    "become-words": Text(
        "{added} pixels of ink added, {taken} taken away.", "インク {added} 画素分を追加、{taken} 画素分を削除。"
    ),
    "layers": Text("Layer by layer", "層ごとに見る"),
    "layers-lead": Text(
        "Every map of every layer, each from its least (black) to its greatest value (white). Choose one for its values.",
        "全層の全マップ。それぞれ最小値を黒、最大値を白にしています。選ぶと値を見られます。",
    ),
    "layer-told": Text(
        "{shape} · {zeros} zeros · {silent} of {all} silent",
        "{shape}・0 の割合 {zeros}・{all} 個中 {silent} 個が無反応",
    ),
    "layer-numbers": Text("{layer}: {count} numbers", "{layer}：{count} 個の数値"),
    "map-name": Text("{layer}, map {channel}", "{layer}、マップ {channel}"),
    "map-at": Text("row {row}, column {column}: {value}", "{row} 行 {column} 列：{value}"),
    "map-range": Text("from {low} to {high}", "{low} から {high} まで"),
    "loupe-note": Text(
        "Point at a place, or move there with the arrow keys.", "場所を指すか、矢印キーで移動してください。"
    ),
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

PAGE: dict[str, Text] = {**FRAME, **KEYS, **DRAW, **SEEN, **BEND, **WHY, **INSIDE, **DOCTOR}
