"""What goes wrong on the command line, in Japanese: a pattern of the English sentence → the Japanese one.

`{1}`, `{2}` … are what stood in the brackets; a part that is a sentence itself is translated too. What has no pattern,
such as an error of another library, is said in English.
"""

import re

from zerokara.cli.messages_of_data import PATTERNS as OF_DATA
from zerokara.cli.messages_of_lab import PATTERNS as OF_LAB
from zerokara.cli.messages_of_own import PATTERNS as OF_OWN
from zerokara.cli.messages_of_parallel import PATTERNS as OF_PARALLEL
from zerokara.cli.messages_of_search import PATTERNS as OF_SEARCH
from zerokara.cli.messages_of_text import PATTERNS as OF_TEXT
from zerokara.cli.texts_of_collect import MESSAGES as OF_COLLECT

_KINDS = {
    "command": "コマンド",
    "recipe": "レシピ",
    "model": "モデル",
    "experiment": "実験",
    "data set": "データセット",
    "setting": "設定",
    "setting to try": "試せる設定",
    "sampler": "サンプラー",
    "pruning": "打ち切り方法",
    "score": "スコア",
    "method": "手法",
    "optimizer": "最適化手法",
    "schedule": "スケジュール",
    "augmentation": "データ拡張",
    "layer": "層",
}

PATTERNS: tuple[tuple[str, str], ...] = (
    # ── names
    (r"there is no command (.*?)'(.+?)': (.+)", "コマンド {1}'{2}' はありません。{3}"),
    (r"none of these experiments has a setting '(.+?)': (.+)", "これらの実験に設定 '{1}' はありません。{2}"),
    (r"(\S+) has no setting '(.+?)': (.+)", "{1} に設定 '{2}' はありません。{3}"),
    (r"there is no ([a-z ]+?) '(.*?)': (.+)", "{1} '{2}' はありません。{3}"),
    (r"did you mean (\S+) or (\S+) or (\S+)\?", "もしかして：{1}、{2}、{3}"),
    (r"did you mean (.+?) or (.+)\?", "もしかして：{1}、{2}"),
    (r"did you mean (.+)\?", "もしかして：{1}"),
    (r"the nearest of (\d+) are (.+)", "{1} 個のうち近いもの：{2}"),
    (r"known are (.+)", "使えるもの：{1}"),
    (r"(.+); a run's folder or an \.onnx file will do too", "{1}（実行フォルダや .onnx ファイルも指定できます）"),
    (r"(.+); the folder of a run will do too", "{1}（実行フォルダも指定できます）"),
    (
        r"chapters run from (ch\d+) to (ch\d+), and there are the parts (.+); got (.+)",
        "章は {1} から {2} まで、ほかに {3} があります。指定された章：{4}",
    ),
    # ── usage
    (r"--lang is (.+); got (.+)", "--lang には {1} を指定してください。指定された値：{2}"),
    (r"--lang needs a language: (.+)", "--lang には言語が必要です：{1}"),
    (r"read needs at least one picture: (.+)", "read には画像が少なくとも 1 つ必要です。例：{1}"),
    (
        r"--unit is a layer and the place of a number in what it gives, as (.+) \(map, row, column\) or (.+), counted "
        r"from 0; got (.+)",
        "--unit は層と出力内の位置（0 から数える）です。例：{1}（マップ、行、列）、{2}。指定された値：{3}",
    ),
    (r"explain needs at least one picture: (.+)", "explain には画像が少なくとも 1 つ必要です。例：{1}"),
    (
        r"say what to run: names from `zerokara lab list`, chapters such as ch06, parts such as seq3, or all",
        "何を実行するか指定してください：`zerokara lab list` にある名前、章（例：ch06）、または all",
    ),
    (
        r"say what to train: --recipe NAME \((.+)\), or --model NAME and --data NAME",
        "何を学習するか指定してください：--recipe 名前（{1}）、または --model 名前 と --data 名前",
    ),
    (r"--resume needs the folder of the run: --out RUN", "--resume には実行フォルダが必要です：--out フォルダ"),
    (
        r"(.+) holds no run to resume; start one without --resume",
        "{1} に再開できる実行はありません。--resume なしで始めてください",
    ),
    (
        r"the run in (.+) was made by (.+), not by (.+); leave --recipe out",
        "{1} の実行は {3} ではなく {2} によるものです。--recipe は省いてください",
    ),
    (r"(--\S+|\S+) is at least (\S+?); got (.+)", "{1} は {2} 以上です。指定された値：{3}"),
    (
        r"seed is at least 0 and seeds at least 1; got seed (.+), seeds (.+)",
        "seed は 0 以上、seeds は 1 以上です。指定された値：seed {1}、seeds {2}",
    ),
    (r"'?(.+?)'? is not a whole number", "{1} は整数ではありません"),
    (r"(\S+) is a whole number; got (.+)", "{1} は整数です。指定された値：{2}"),
    (r"(\S+) is a number; got (.+)", "{1} は数です。指定された値：{2}"),
    (
        r"(\S+) is a number, or numbers with commas between them; got (.+)",
        "{1} は数、またはコンマで区切った数です。指定された値：{2}",
    ),
    (
        r"(\S+) is one number, or one for each of (\d+) channel\(s\); got (.+)",
        "{1} は 1 つの数、または {2} 個のチャンネルごとの数です。指定された値：{3}",
    ),
    (r"(\S+) lies between (\S+) and (\S+); got (.+)", "{1} は {2} から {3} までです。指定された値：{4}"),
    (r"(\S+) lies at (\S+) or above; got (.+)", "{1} は {2} 以上です。指定された値：{3}"),
    (
        r"(\S+) has at least (\d+) values, separated by commas; got (\d+)",
        "{1} にはコンマで区切った値が {2} 個以上必要です。指定された個数：{3}",
    ),
    (r"(\S+) is yes or no; got (.+)", "{1} は yes または no です。指定された値：{2}"),
    (r"--input is a shape such as 1x28x28; got (.+)", "--input は 1x28x28 のような形です。指定された値：{1}"),
    (r"--prepare is one of (.+); got (.+)", "--prepare は {1} のいずれかです。指定された値：{2}"),
    (
        r"--bgr is for coloured pictures; (.+) takes (\d+) channel\(s\)",
        "--bgr はカラー画像用です。{1} のチャンネル数は {2} です",
    ),
    (
        r"--resize is at least the side of the network's pictures, (\d+); got (.+)",
        "--resize はネットワークの画像の一辺 {1} 以上です。指定された値：{2}",
    ),
    (r"--std is positive; got (.+)", "--std は正の数です。指定された値：{1}"),
    (
        r"digits are prepared for square pictures of one channel; (.+) takes (.+)",
        "数字の前処理は 1 チャンネルの正方形の画像用です。{1} が受け取るのは {2} です",
    ),
    (
        r"an ONNX file holds its weights; leave out --weights",
        "ONNX ファイルは重みを含んでいます。--weights は省いてください",
    ),
    (
        r"(.+) takes pictures of any size: say which with --input, such as (.+)",
        "{1} は任意の大きさの画像を受け取ります。--input で指定してください。例：{2}",
    ),
    (
        r"(.+) knows nothing without weights: give --weights FILE, a run's folder or an \.onnx file",
        "{1} には重みが必要です：--weights ファイル、実行フォルダ、または .onnx ファイルを指定してください",
    ),
    (
        r"the classes of (.+) have no names; give a number instead of (.+), or --classes",
        "{1} のクラスには名前がありません。{2} の代わりに番号を指定するか、--classes を使ってください",
    ),
    (
        r"--weights belongs to a model given by its name; a run has its own",
        "--weights は名前で指定したモデル用です。実行フォルダには重みがあります",
    ),
    (
        r"(.+) does not say what it belongs to: give a model's name and --weights (.+)",
        "{1} が何のモデルのものかわかりません。モデルの名前と --weights {2} を指定してください",
    ),
    (
        r"(.+) does not say what it belongs to: give --model NAME and --data NAME",
        "{1} が何のモデルのものかわかりません。--model 名前 と --data 名前 を指定してください",
    ),
    # ── what cyclopts says
    (r"Unknown option: \"?(.+?)\"?\. Did you mean \"?(.+?)\"?\?", "オプション {1} はありません。もしかして：{2}"),
    (r"Unknown option: \"?(.+?)\"?\.(.*)", "オプション {1} はありません。{2}"),
    (r"(?:Parameter )?\"?(.+?)\"? requires an argument\.(.*)", "{1} には値が必要です。{2}"),
    (r"(?:Command \".+?\" )?[Pp]arameter \"?(.+?)\"? requires an argument\.(.*)", "{1} には値が必要です。{2}"),
    (r"Unused Tokens: (.+?)\.?", "余分な引数です：{1}"),
    (
        r"Invalid value for (\S+): unable to convert \"(.+)\" into (?:int|float)\.",
        "{1} には数を指定してください。指定された値：{2}",
    ),
    (r"Invalid value (.+?) for (.+?)[.:] (.+)", "{2} の値 {1} は使えません：{3}"),
    # ── files and pictures
    (r"there is no file or folder (.+)", "ファイルまたはフォルダ {1} はありません"),
    (r"(.+): no such file(?: or directory)?", "{1}：ファイルがありません"),
    (r"(.+): permission denied|(.+): no permission to read this file", "{1}{2}：アクセス権がありません"),
    (r"(.+): is a directory", "{1}：フォルダです"),
    (r"(.+): no space left on device", "{1}：ディスクに空きがありません"),
    (r"(.+): this is a folder; name the picture files in it", "{1}：フォルダです。画像ファイルを指定してください"),
    (
        r"(.+) holds no pictures; those in folders within it are read by naming the folders",
        "{1} に画像がありません。中のフォルダの画像を読むには、そのフォルダを指定してください",
    ),
    (r"(.+): the file is empty \(0 bytes\)", "{1}：空のファイルです（0 バイト）"),
    (r"(?:(.+): )?the picture is empty \(0 bytes\)", "{1} 画像が空です（0 バイト）"),
    (r"(.+): this is not a picture \(expected (.+) or (\w+)\)", "{1}：画像ではありません（対応形式：{2}, {3}）"),
    (
        r"(.+): the picture is too large \(at most (\S+) pixels are read\)",
        "{1}：画像が大きすぎます（{2} ピクセルまで）",
    ),
    (r"(.+): (.+) pixels are too many \(at most (\S+) are read\)", "{1}：{2} ピクセルは多すぎます（{3} まで）"),
    (r"(.+): (\S+) pages are too many \(at most (\S+) are read\)", "{1}：{2} ページは多すぎます（{3} まで）"),
    (r"(.+): the picture is truncated or damaged \((.+)\)", "{1}：画像が途中で切れているか、壊れています（{2}）"),
    (r"(.+): HEIC and HEIF pictures need a plugin: (.+)", "{1}：HEIC・HEIF の画像にはプラグインが必要です：{2}"),
    (
        r"(.+): no digit found; --prepare photo takes the picture as it is",
        "{1}：数字が見つかりません。--prepare photo なら画像をそのまま使います",
    ),
    (
        r"cannot write (.+): it is a folder; give the name of a file",
        "{1} に書けません：フォルダです。ファイル名を指定してください",
    ),
    (r"cannot write (.+): it is a folder", "{1} に書けません：フォルダです"),
    (r"cannot create the folder (.+?)(?:: (.+))?", "フォルダ {1} を作れません：{2}"),
    (r"(.+) is a folder, but not that of a run", "{1} はフォルダですが、実行フォルダではありません"),
    (r"(.+) holds no weights yet", "{1} にはまだ重みがありません"),
    (
        r"(.+) is not a folder; \"folder:PATH\" names one that has a sub-folder for each class",
        '{1} はフォルダではありません。"folder:パス" には、クラスごとのフォルダを持つフォルダを指定してください',
    ),
    (
        r"(.+); or use the 8×8 digits that came with the installation: --data digits",
        "{1}。付属の 8×8 の数字も使えます：--data digits",
    ),
    # ── stopping
    (r"interrupted", "中断しました"),
    (r"stopped by (SIG\w+)", "{1} で停止しました"),
    (
        r"(.+); what was finished is kept, and the same command continues",
        "{1}。終わった分は残っています。同じコマンドで再開できます",
    ),
    (
        r"stopped by (SIG\w+) while machine code was being compiled; .+; (.+) holds the run: continue with --resume.*",
        "機械語のコンパイル中に {1} で停止しました。コンパイル済みの分は残っています。--resume で {2} の実行を再開できます",
    ),
    (
        r"stopped by (SIG\w+) while machine code was being compiled; (.+)",
        "機械語のコンパイル中に {1} で停止しました。コンパイル済みの分は残っています",
    ),
    (
        r"stopped by (SIG\w+) after step (\d+), in epoch (\d+); everything is saved in (.+): continue with --resume.*",
        "{1} により、ステップ {2}（エポック {3}）で停止しました。すべて {4} に保存済みです。--resume で再開できます",
    ),
    (r"there is not enough memory for this", "メモリが足りません"),
)

_COMPILED = tuple(
    (re.compile(pattern, re.DOTALL), template)
    for pattern, template in (*OF_OWN, *OF_COLLECT, *PATTERNS, *OF_SEARCH, *OF_DATA, *OF_LAB, *OF_TEXT, *OF_PARALLEL)
)


def in_japanese(sentence: str) -> str:
    """The sentence in Japanese where a pattern fits it, else as it is."""
    if sentence in _KINDS:
        return _KINDS[sentence]
    for pattern, template in _COMPILED:
        found = pattern.fullmatch(sentence)
        if found:
            parts = ["", *(in_japanese(part.strip()) if part else "" for part in found.groups())]
            return template.format(*parts).rstrip("：: ")
    return sentence
