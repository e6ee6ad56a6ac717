"""What is said of a folder of pictures, in both languages: on the terminal and in the report."""

import re
from collections.abc import Mapping

from zerokara.data.checking.found import Kind
from zerokara.report import Lang, Text

KINDS: Mapping[Kind, tuple[Text, Text]] = {
    "unreadable": (
        Text("unreadable", "読めない"),
        Text("These cannot be decoded, and training stops at them.", "復号できず、学習はここで止まります。"),
    ),
    "truncated": (
        Text("truncated", "途中で切れている"),
        Text(
            "These end too early: copy or download them again.",
            "途中で終わっています。コピーや取得をやり直してください。",
        ),
    ),
    "blank": (
        Text("blank", "無地"),
        Text("One colour from edge to edge: there is nothing to see.", "全面が 1 色で、何も写っていません。"),
    ),
    "tiny": (
        Text("tiny", "小さすぎる"),
        Text("The shorter side is below {least} pixels.", "短い辺が {least} ピクセルより小さい画像です。"),
    ),
    "exact-duplicates": (
        Text("exact duplicates", "完全な重複"),
        Text(
            "Pixel for pixel the same: each counts several times in training.",
            "画素まで同じ画像です。学習で何度も数えられます。",
        ),
    ),
    "near-duplicates": (
        Text("near duplicates", "ほぼ同じ画像"),
        Text(
            "The same picture in another size, quality or cut, or one shortly after the other. Look at them: what is "
            "alike need not be the same.",
            "大きさや画質、切り取りの違う同じ画像、または続けて撮った画像です。似ているだけのこともあるので、見て確かめてください。",
        ),
    ),
    "two-classes": (
        Text("in two classes", "2 つのクラスにある"),
        Text(
            "The same picture under two names: one of them is wrong, and nobody can learn both.",
            "同じ画像が 2 つのクラスにあります。どちらかは誤りで、両方を学ぶことはできません。",
        ),
    ),
    "both-parts": (
        Text("in training and test part", "訓練とテストの両方にある"),
        Text(
            "What was learned by heart is tested: the test accuracy is too high.",
            "覚えた画像でテストすることになり、テスト正答率が高く出すぎます。",
        ),
    ),
    "no-classes": (
        Text("no classes", "クラスがない"),
        Text(
            "To learn classes, put the pictures into a sub-folder for each.",
            "クラスを学ぶには、クラスごとのフォルダに分けます。",
        ),
    ),
    "one-class": (
        Text("one class only", "クラスが 1 つだけ"),
        Text("There is nothing to tell apart.", "見分ける相手がありません。"),
    ),
    "few": (
        Text("a class of one picture", "画像が 1 枚のクラス"),
        Text("It cannot be in both training and test part.", "訓練とテストの両方には入れられません。"),
    ),
    "missing": (
        Text("a class without pictures", "画像のないクラス"),
        Text(
            "The folder is there, or the class is in the other part, but no readable picture.",
            "フォルダ、またはもう一方の部分にはあるのに、読める画像がありません。",
        ),
    ),
    "unbalanced": (
        Text("unbalanced classes", "クラスの偏り"),
        Text(
            "The largest class has more than ten times the pictures of the smallest: accuracy alone says little.",
            "最大のクラスに最小のクラスの 10 倍を超える画像があります。正答率だけでは判断できません。",
        ),
    ),
    "sizes": (
        Text("several sizes", "大きさがいくつもある"),
        Text(
            "A training has one size for all: give it, as in folder:PATH@64x64.",
            "学習では大きさをそろえます。folder:PATH@64x64 のように指定します。",
        ),
    ),
    "loose": (
        Text("outside of the classes", "クラスの外にある"),
        Text(
            "These lie beside the classes' folders and are not learned.", "クラスのフォルダの外にあり、学習されません。"
        ),
    ),
    "others": (
        Text("other files", "ほかのファイル"),
        Text(
            "No pictures by their names, or of kinds that are not read; they are left alone.",
            "名前からは画像でないか、読めない種類です。そのままにします。",
        ),
    ),
}
"""What each kind is called, and what it means."""

TEXTS: Mapping[str, Text] = {
    "title": Text("Pictures of {folder}", "{folder} の画像"),
    "kicker": Text("zerokara data check", "zerokara data check"),
    "clean": Text("Nothing is wrong with these pictures.", "問題は見つかりませんでした。"),
    "not-clean": Text(
        "{count:kind|kinds} of trouble found. The folder was only read; --fix COPY writes a clean copy.",
        "{count} 種類の問題が見つかりました。フォルダは読んだだけです。--fix コピー先 で問題を除いたコピーを作れます。",
    ),
    "pictures": Text("pictures", "画像"),
    "readable": Text("{count} can be read", "読めるもの {count} 枚"),
    "classes": Text("classes", "クラス"),
    "size": Text("size", "容量"),
    "trouble": Text("to look at", "見るべきもの"),
    "problems": Text("What was found", "見つかったこと"),
    "what": Text("what", "内容"),
    "how-many": Text("how many", "数"),
    "first": Text("first", "最初の例"),
    "file": Text("file", "ファイル"),
    "reason": Text("reason", "理由"),
    "meaning": Text("meaning", "意味"),
    "kind": Text("colours", "色"),
    "groups": Text("{count:group|groups}", "{count} 組"),
    "balance": Text("Classes", "クラス"),
    "class": Text("class", "クラス"),
    "median": Text("median size", "大きさの中央値"),
    "colour": Text("in colour", "カラーの割合"),
    "brightness": Text("brightness", "明るさ"),
    "balance-note": Text(
        "Where one class differs from the others in size, colour or brightness, a network may learn that instead.",
        "あるクラスだけ大きさや色、明るさが違うと、ネットワークはそれを手がかりに覚えてしまいます。",
    ),
    "per-class": Text("Pictures a class", "クラスごとの枚数"),
    "number": Text("number of pictures", "枚数"),
    "sizes": Text("Sizes and colours", "大きさと色"),
    "sizes-of": Text("Sizes of the pictures", "画像の大きさ"),
    "shorter": Text("shorter side", "短い辺"),
    "pixels": Text("pixels", "ピクセル"),
    "brightness-of": Text("Brightness of the pictures", "画像の明るさ"),
    "formats": Text("Formats and colours", "形式と色"),
    "format": Text("format", "形式"),
    "grey": Text("grey", "グレー"),
    "colour-kind": Text("colour", "カラー"),
    "transparent": Text("transparent", "透明あり"),
    "deep": Text("more than 8 bits", "8 ビット超"),
    "sheet": Text("Contact sheet", "一覧"),
    "sheet-of": Text("{name}: {shown} of {count}", "{name}：{count} 枚中 {shown} 枚"),
    "unlabelled": Text("without a class", "クラスなし"),
    "more": Text("and {count} more", "ほか {count} 件"),
    "footer": Text(
        "Duplicates: equal decoded pixels. Near duplicates: the perceptual hashes of ImageHash differ in a few bits of "
        "64, and small grey pictures correlate. Made by zerokara {version}.",
        "重複：復号した画素が一致。ほぼ同じ：ImageHash の知覚ハッシュ 64 ビットの差が少なく、"
        "縮小した画像の相関が高いもの。"
        "zerokara {version} が作成。",
    ),
    "kept": Text("kept", "残す"),
    "dropped": Text("left out: {why}", "除く：{why}"),
    "summary": Text(
        "{folder}: {pictures} in {classes}, {size}",
        "{folder}：{pictures}、{classes}、{size}",
    ),
    "n-pictures": Text("{count:picture|pictures}", "画像 {count} 枚"),
    "n-classes": Text("{count:class|classes}", "{count} クラス"),
    "no-problems": Text("nothing is wrong", "問題はありません"),
    "copied": Text(
        "{path}: a clean copy of {kept:picture|pictures}; {left} left out, listed in {table}",
        "{path}：問題を除いたコピー {kept} 枚。除いた {left} 枚は {table} にあります",
    ),
    "checked": Text("{done} of {count} pictures", "{count} 枚中 {done} 枚"),
}
"""Everything else."""

REASONS: tuple[tuple[str, str], ...] = (
    (r"it is no picture of a format that is read", "読める形式の画像ではありません"),
    (r"the file is empty", "ファイルが空です"),
    (r"it is not an ordinary file", "普通のファイルではありません"),
    (r"image file is truncated \((\d+) bytes not processed\)", r"画像が途中で切れています（未処理 \1 バイト）"),
    (r"image file is truncated|truncated .*|Truncated .*", "画像が途中で切れています"),
    (r"Image size \((\d+) pixels\) exceeds limit.*", r"画素が多すぎます（\1 画素）"),
    (r"(.+) pixels are too many \(at most (.+)\)", r"画素が多すぎます（\1、最大 \2）"),
    (r"\[Errno 2\] No such file or directory.*", "ファイルがありません（リンク切れ）"),
    (r"\[Errno 13\] Permission denied.*", "読む権限がありません"),
)
"""Why a picture cannot be read, in Japanese; what Pillow says beside these stays as it is."""


def reason_in(lang: Lang, reason: str) -> str:
    """Why a picture cannot be read."""
    if lang == "en":
        return reason
    found = ((re.fullmatch(pattern, reason), japanese) for pattern, japanese in REASONS)
    return next((match.expand(japanese) for match, japanese in found if match), reason)
