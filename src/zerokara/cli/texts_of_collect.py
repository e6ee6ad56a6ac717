"""What `zerokara collect` says, in both languages: results, help, errors, and the reasons in its table."""

from zerokara.wording import Text

RESULTS: dict[str, Text] = {
    "collect-page": Text("page {url}", "ページ {url}"),
    "collect-kept": Text("kept {file}   {url}", "保存 {file}   {url}"),
    "collect-refused": Text("not kept {url}: {why}", "保存せず {url}：{why}"),
    "collect-wait": Text("{host}: {why}", "{host}：{why}"),
    "collect-live": Text(
        "pages {pages}, kept {kept}, not kept {refused}, {size}   {host}",
        "ページ {pages}、保存 {kept}、保存せず {refused}、{size}   {host}",
    ),
    "collect-end": Text(
        "{kept:picture|pictures} kept, {refused} not kept; {pages:page|pages}, {size} downloaded",
        "画像 {kept} 枚を保存、保存しなかったもの {refused} 件、ページ {pages} 件、ダウンロード {size}",
    ),
    "collect-elsewhere": Text(
        "{count:picture is|pictures are} on another host, which is not asked: --allow {host}",
        "{count} 枚は別のホストにあるため取得していません：--allow {host}",
    ),
    "collect-table": Text("table: {path}", "一覧表：{path}"),
    "collect-nothing": Text("nothing is left to ask for", "取得するものは残っていません"),
    "collect-would": Text("this would be asked for:", "次のものを取得します："),
    "collect-first": Text("first", "最初"),
    "collect-more": Text("and {count} more", "ほか {count} 件"),
    "collect-all": Text("all", "すべて"),
    "collect-limits": Text(
        "limits: {pages} pages, links followed to depth {depth}; {images} pictures; {size}",
        "上限：ページ {pages} 件（リンクの深さ {depth}）、画像 {images} 枚、{size}",
    ),
    "collect-pace": Text(
        "{delay} s between two requests to a host, or more where its robots.txt asks for it: {least} at least",
        "同じホストへの間隔は {delay} 秒（robots.txt の指定が長ければそれに従う）：最短で {least}",
    ),
    "collect-agent": Text("each request says: {agent}", "リクエストの名乗り：{agent}"),
}

HELP: dict[str, str] = {
    "Collect pictures from pages of the web, politely, with a table.": (
        "Web ページから画像を、礼儀正しく集め、一覧表を付けます。"
    ),
    "robots.txt is obeyed, a host gets one request at a time, and images.csv has a row for every picture, kept or not. "
    "Stopped by Ctrl-C or killed, the same command goes on where it was.": (
        "robots.txt に従い、1 つのホストには一度に 1 件ずつ取得します。images.csv には、"
        "保存したものもしなかったものも 1 行ずつ載ります。中断しても、同じコマンドで続きから再開します。"
    ),
    "Addresses of pages, or of pictures.": "ページ（または画像）のアドレス。",
    "What the pictures show: the name of their folder in --out, and so of their class. With --csv for lines without.": (
        "何の画像か。--out の中のフォルダ名、つまりクラス名になります。--csv ではラベルのない行に使います。"
    ),
    "The folder to collect in: LABEL/… with the pictures, and images.csv. Another label may follow into the same one.": (
        "集める先のフォルダ。画像は ラベル/… に、表は images.csv に入ります。別のラベルも同じフォルダに集められます。"
    ),
    "A list of pictures instead of pages: a CSV file with the columns url and label.": (
        "ページの代わりに画像の一覧：列 url と label を持つ CSV ファイル。"
    ),
    "How many links to follow from the pages given; 1 by default, 0 for none.": (
        "指定したページからたどるリンクの段数。省略時は 1、0 でたどらない。"
    ),
    "How many pages to ask for, at most; 200 by default.": "取得するページ数の上限。省略時は 200。",
    "How many pictures to keep, at most; 1000 by default, with --csv all.": (
        "保存する画像の上限。省略時は 1000、--csv ではすべて。"
    ),
    "How much to download, at most, as 500MB or 2GB; 1GB by default.": (
        "ダウンロード量の上限（500MB、2GB など）。省略時は 1GB。"
    ),
    "Seconds between two requests to a host: 1 or more, and never less than its robots.txt asks for.": (
        "同じホストへの取得の間隔（秒）。1 以上で、robots.txt の指定より短くはなりません。"
    ),
    "Another host that may be asked for pages and pictures; may be repeated.": (
        "ページや画像を取得してよい別のホスト（複数回指定可）。"
    ),
    "Your mail address or page, which each request names: then a host can tell you when something is wrong.": (
        "あなたのメールアドレスかページ。リクエストごとに名乗るので、問題があれば相手が連絡できます。"
    ),
    "Let hosts be asked that are in the local network or on this machine, and use a proxy of the environment.": (
        "ローカルネットワークやこの PC のホスト、環境変数のプロキシも使えるようにします。"
    ),
    "Only say what would be asked for; ask for nothing, write nothing.": (
        "何を取得するかを表示するだけで、取得も書き込みもしません。"
    ),
    "A JSON object for each page and picture, and one for the result, one a line.": (
        "ページと画像ごとに、最後に結果として、JSON オブジェクトを 1 行ずつ表示します。"
    ),
}

MESSAGES: tuple[tuple[str, str], ...] = (
    (r"collect needs (\S+): (pip install .+)", "collect には {1} が必要です：{2}"),
    (r"say where to collect: --out FOLDER", "集める先を指定してください：--out フォルダ"),
    (
        r"say what to collect: addresses of pages and --label NAME, or --csv FILE",
        "何を集めるか指定してください：ページのアドレスと --label 名前、または --csv ファイル",
    ),
    (
        r"pictures from pages need a label: --label NAME, the name of their class",
        "ページの画像にはラベルが必要です：--label 名前（クラス名）",
    ),
    (
        r"a page is an address such as (\S+), without a password; got (.+)",
        "ページは {1} のようなアドレスです（パスワードなし）。指定された値：{2}",
    ),
    (
        r"a label is the name of a folder, such as cats or 猫; got (.+)",
        "ラベルはフォルダ名になります（例：cats、猫）。指定された値：{1}",
    ),
    (
        r"--allow is the name of a host, such as (\S+); got (.+)",
        "--allow はホスト名です（例：{1}）。指定された値：{2}",
    ),
    (
        r"--contact is a mail address or the address of a page about you; got (.+)",
        "--contact はメールアドレスか、あなたについてのページのアドレスです。指定された値：{1}",
    ),
    (
        r"--bytes is an amount such as (\S+) or (\S+); got (.+)",
        "--bytes は {1} や {2} のような量です。指定された値：{3}",
    ),
    (
        r"(.+), line (\d+): no label; add a column label, or give --label for all",
        "{1} の {2} 行目：ラベルがありません。列 label を加えるか、--label を指定してください",
    ),
    (r"(.+), line (\d+): (.+)", "{1} の {2} 行目：{3}"),
    (
        r"(.+) is not a CSV file in UTF-8; save it as CSV UTF-8",
        "{1} は UTF-8 の CSV ファイルではありません。CSV UTF-8 で保存してください",
    ),
    (r"(.+) is not a CSV file: (.+)", "{1} は CSV ファイルではありません：{2}"),
    (
        r"(.+) holds no lines; expected a line url,label and a line for each picture",
        "{1} は空です。1 行目に url,label、続いて画像ごとに 1 行が必要です",
    ),
    (
        r"(.+) holds no lines below its first one; expected a line for each picture",
        "{1} には 2 行目以降がありません。画像ごとに 1 行が必要です",
    ),
    (
        r"(.+) has no column url; expected the first line url,label",
        "{1} に列 url がありません。1 行目は url,label です",
    ),
    (
        r"another collect is working in (.+); wait for it, or choose another --out",
        "別の collect が {1} で動いています。終わるのを待つか、別の --out を指定してください",
    ),
    (
        r"(.+) is damaged \((.+)\); choose another --out",
        "{1} は壊れています（{2}）。別の --out を指定してください",
    ),
    (
        r"(.+) is there already and not made by collect; choose another --out",
        "{1} は collect が作ったものではありません。別の --out を指定してください",
    ),
    (
        r"(.+) leads out of (.+); choose another --out or label",
        "{1} は {2} の外を指しています。別の --out かラベルを指定してください",
    ),
    (
        r"(.+); what was collected is kept, and the same command goes on",
        "{1}。集めたものは残っています。同じコマンドで再開できます",
    ),
)

_SECONDS = r"([\d,]+) s"
PHRASES: tuple[tuple[str, str], ...] = (
    (r"the budget of (\S+) bytes is used up \((\S+)\)", "ダウンロード量の上限 {1} バイトに達しました（{2}）"),
    (r"the budget of (\S+) pictures is used up \((\S+)\)", "画像の上限 {1} 枚に達しました（{2}）"),
    (r"the budget of (\S+) pages is used up \((\S+)\)", "ページの上限 {1} 件に達しました（{2}）"),
    (r"robots\.txt forbids it", "robots.txt で禁止されています"),
    (
        r"robots\.txt could not be read \((.+)\): nothing is asked of this host",
        "robots.txt を読めないため、このホストからは取得しません（{1}）",
    ),
    (
        rf"robots\.txt asks for {_SECONDS} between two requests: too long to wait",
        "robots.txt が {1} 秒の間隔を求めているため、取得しません",
    ),
    (
        r"(\S+) is an address of the local network: --allow-local",
        "{1} はローカルネットワークのアドレスです：--allow-local",
    ),
    (
        r"(\S+) leads to (\S+), an address of the local network: --allow-local",
        "{1} の実体 {2} はローカルネットワークのアドレスです：--allow-local",
    ),
    (rf"robots\.txt asks for {_SECONDS} between two requests", "robots.txt が {1} 秒の間隔を求めています"),
    (rf"(.+): asked again in {_SECONDS}", "{1}：{2} 秒後に再び取得します"),
    (
        r"no answer from this host (\d+) times in a row; the same command asks again",
        "このホストから {1} 回続けて応答がありません。同じコマンドで再開します",
    ),
    (r"redirected to another host, (\S+): (--allow \S+)", "別のホスト {1} へ転送されました：{2}"),
    (r"redirects without end", "転送が終わりません"),
    (r"noai: it asks not to be learned from", "noai：学習に使わないよう求めています"),
    (r"the same picture as (.+)", "{1} と同じ画像です"),
    (
        r"a data: URL of (\S+) characters, not a file on the web",
        "data: URL（{1} 文字）で、Web 上のファイルではありません",
    ),
    (r"an address of (\S+) characters", "アドレスが長すぎます（{1} 文字）"),
    (r"no address of http or https", "http、https のアドレスではありません"),
    (r"a page that cannot be read: (.+)", "読めないページです：{1}"),
    (r"the file is empty \(0 bytes\)(.*)", "空のファイルです（0 バイト）{1}"),
    (r"(\S+) x (\S+) pixels are too many \(at most (\S+)\)(.*)", "{1} x {2} ピクセルは多すぎます（{3} まで）{4}"),
    (r"too many pixels \(at most (\S+)\): (.+)", "ピクセル数が多すぎます（{1} まで）：{2}"),
    (r"truncated or damaged: (.+)", "途中で切れているか、壊れています：{1}"),
    (
        r"an SVG drawing with scripts, no picture of pixels(.*)",
        "スクリプトを含む SVG で、ピクセル画像ではありません{1}",
    ),
    (r"an SVG drawing, no picture of pixels(.*)", "SVG で、ピクセル画像ではありません{1}"),
    (r"an HTML page, no picture(.*)", "HTML ページで、画像ではありません{1}"),
    (r"no picture of a known format(.*)", "知られた形式の画像ではありません{1}"),
    (r"the server calls it (.+), no picture", "サーバーによれば {1} で、画像ではありません"),
    (r"the server calls it (.+), no page", "サーバーによれば {1} で、ページではありません"),
    (r"too large: unpacked more than (\S+) bytes", "大きすぎます：展開すると {1} バイトを超えます"),
    (r"too large: more than (\S+) bytes", "大きすぎます：{1} バイトを超えます"),
    (
        rf"(.+): the server asks to wait for {_SECONDS}; the same command asks again",
        "{1}：サーバーが {2} 秒待つよう求めています。同じコマンドで再開します",
    ),
    (r"there is no host of this name", "この名前のホストはありません"),
    (r"the host refuses connections", "ホストが接続を拒否しました"),
    (r"no answer in time", "時間内に応答がありません"),
    (r"the connection failed", "接続に失敗しました"),
    (r"the connection broke off in the middle", "接続が途中で切れました"),
    (r"the certificate of the host cannot be trusted", "ホストの証明書を信頼できません"),
    (r"the certificate of the host is one for another host", "ホストの証明書が別のホスト用です"),
)
