"""What the studio says, in both languages: the server's own sentences, and the table that the page asks for."""

from zerokara.studio.page_texts import PAGE
from zerokara.studio.pictures_texts import PICTURES
from zerokara.studio.plane_texts import PLANE
from zerokara.wording import Text

SERVER: dict[str, Text] = {
    "refused-host": Text("This address is not the studio's.", "このアドレスはスタジオのものではありません。"),
    "refused-host-hint": Text("Open the link that was printed.", "表示されたリンクを開いてください。"),
    "refused-method": Text("The studio does not support this method.", "このメソッドには対応していません。"),
    "refused-method-hint": Text("Use GET, HEAD, POST or DELETE.", "GET、HEAD、POST、DELETE を使ってください。"),
    "refused-origin": Text("This request comes from another page.", "別のページからの要求です。"),
    "refused-origin-hint": Text("Only the studio's own page may ask.", "スタジオのページからだけ要求できます。"),
    "refused-site": Text("This request comes from another site.", "別のサイトからの要求です。"),
    "refused-site-hint": Text("Open the link that was printed.", "表示されたリンクを開いてください。"),
    "refused-token": Text("This browser has not been allowed in yet.", "このブラウザはまだ許可されていません。"),
    "refused-token-hint": Text(
        "Open the link that the terminal shows; Enter there prints a new one.",
        "端末に表示されたリンクを開いてください。端末で Enter を押すと新しいリンクが出ます。",
    ),
    "refused-guest": Text(
        "Guests can draw and look; this is only for the person who started the studio.",
        "ゲストは描くことと見ることができます。これはスタジオを起動した人だけの操作です。",
    ),
    "refused-guest-hint": Text("Draw, or ask them.", "描いてみるか、起動した人に頼んでください。"),
    "refused-code": Text("This link has been used already, or has expired.", "このリンクは使用済みか、期限切れです。"),
    "refused-code-hint": Text(
        "Press Enter in the terminal: it prints a new one.", "端末で Enter を押すと新しいリンクが出ます。"
    ),
    "not-found": Text("There is nothing at this address.", "このアドレスには何もありません。"),
    "not-found-hint": Text("The studio's page is at /.", "スタジオのページは / にあります。"),
    "too-large": Text("The picture is larger than 20 MB.", "画像が 20 MB を超えています。"),
    "too-large-hint": Text("Make it smaller, or crop it.", "縮小するか、切り取ってください。"),
    "no-picture": Text("No picture was received.", "画像が届いていません。"),
    "no-picture-hint": Text("Send the bytes of one picture.", "画像 1 枚のバイト列を送ってください。"),
    "large-model": Text("The model is empty, or larger than 500 MB.", "モデルが空か、500 MB を超えています。"),
    "large-model-hint": Text("Choose one ONNX file.", "ONNX ファイルを 1 つ選んでください。"),
    "no-model": Text("This network does not exist (any more).", "このネットワークは（もう）ありません。"),
    "no-model-hint": Text("Choose another one.", "別のものを選んでください。"),
    "not-written": Text("It could not be written to the disk.", "ディスクに書き込めませんでした。"),
    "not-written-hint": Text(
        "Check the free space and the write permission.", "空き容量と書き込み権限を確認してください。"
    ),
    "no-drawing": Text("No drawing was received.", "絵が届いていません。"),
    "no-drawing-hint": Text("Send ink, a view or a picture.", "インク、画素、画像のどれかを送ってください。"),
    "no-label": Text("The label of a drawing is 0 to 9.", "絵のラベルは 0〜9 です。"),
    "no-label-hint": Text("Choose one of the ten digits.", "10 個の数字から選んでください。"),
    "nothing-to-keep": Text("There is no digit in it to save.", "保存できる数字がありません。"),
    "nothing-to-keep-hint": Text("Draw a digit first.", "まず数字を描いてください。"),
    "no-page": Text("This cannot be saved as a page.", "これはページとして保存できません。"),
    "no-page-hint": Text("Save what is on the screen.", "画面に出ているものを保存してください。"),
    "superseded": Text("Another picture has replaced this one.", "その間に別の画像が渡されました。"),
    "failed": Text("Something unexpected happened in the studio.", "スタジオで予期しないことが起こりました。"),
    "failed-hint": Text("See the terminal for details.", "端末の表示を確認してください。"),
}

TEXTS: dict[str, Text] = {**PAGE, **PLANE, **PICTURES}
"""What the page says, by key."""


def said(key: str, lang: str) -> str:
    """A sentence of the server."""
    return SERVER[key]("ja" if lang == "ja" else "en") if key in SERVER else ""
