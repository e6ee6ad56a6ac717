"""What is wrong with files of data sets, in Japanese: patterns as in `messages`, from which they are asked."""

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"a data set is called by its name, as load\(\"digits\"\); got (.+)", "データセットは名前で指定します：{1}"),
    (
        r"no data set is called (.+?); (.*?)known: (.+)",
        "データセット {1} はありません。{2} 使えるもの：{3}",
    ),
    (
        r"(.+) lacks (.+); own files go with own files, all four of them",
        "{1} に {2} がありません。自分のファイルを使うには 4 つすべてが必要です",
    ),
    (r"(.+) vanished after its download", "{1} がダウンロード後に失われました"),
    (r"(\S+): (\S+) is not in (.+?); (.+)", "{1}：{2} が {3} にありません。{4}"),
    (
        r"get (.+) from (.+) and put (?:them|it) into (.+), or name a folder that has (?:them|it) with (.+) or (.+)",
        "{1} を {2} から取得して {3} に置くか、それらのあるフォルダを {4} または {5} で指定してください",
    ),
    (r"(.+) is not a tar archive, or a damaged one: (.+)", "{1} は tar アーカイブではないか、壊れています：{2}"),
    (
        r"(.+): (.+) has labels (.+) to (.+); expected 0 to 9",
        "{1}：{2} のラベルは {3} から {4} です（0 から 9 のはず）",
    ),
    (
        r"(.+) lacks (.+) \(or (.+)\): not the whole of CIFAR-10",
        "{1} に {2}（または {3}）がなく、CIFAR-10 がそろっていません",
    ),
    (
        r"(.+) is truncated or not CIFAR-10: (.+) bytes are not a multiple of (.+)",
        "{1} は途中で切れているか、CIFAR-10 ではありません：{2} バイトは {3} の倍数ではありません",
    ),
    (r"(.+) is not a pickled CIFAR-10 batch: (.+)", "{1} は CIFAR-10 のバッチ（pickle）ではありません：{2}"),
    (r"(.+) holds no images of CIFAR-10: (.+)", "{1} に CIFAR-10 の画像がありません：{2}"),
    (r"(.+) holds no labels of CIFAR-10: (.+)", "{1} に CIFAR-10 のラベルがありません：{2}"),
    (r"expected (.+)", "期待する形：{1}"),
    (r"(.+) has (\S+) images but (\S+) labels", "{1} は画像が {2} 件、ラベルが {3} 件です"),
    (r"(.+) has (\S+) images but (.+) has (\S+) labels", "{1} の画像は {2} 件、{3} のラベルは {4} 件です"),
    (r"(.+): labels run up to (\S+); expected 0 to (\S+)", "{1}：ラベルの最大は {2} です（0 から {3} のはず）"),
    (
        r"(.+) has the published length but not the published content: a damaged copy",
        "{1} は、長さは公開されたものと同じですが中身が違います（壊れたコピー）",
    ),
    (r"(.+) cannot hold the download of (.+?): (.+)", "{1} に {2} をダウンロードできません：{3}"),
    (
        r"another process has been downloading for (\S+) s; it holds (.+)",
        "別のプロセスが {1} 秒間ダウンロード中です（ロック：{2}）",
    ),
    (r"(\S+) could not be downloaded \((.+)\); (.+)", "{1} をダウンロードできませんでした（{2}）。{3}"),
    (r"its checksum is not the published one", "チェックサムが公開されたものと違います"),
    (r"it answered with another part of the file than was asked for", "サーバーがファイルの別の部分を返しました"),
    (
        r"(.+) is a file; the data folder is expected to be a folder",
        "{1} はファイルです。データフォルダを指定してください",
    ),
    (r"(.+) holds (\S+) of (\S+), not (\S+) of (\S+)", "{1} の中身は {5} の {4} ではなく、{3} の {2} です"),
    (
        r"(.+) has (\S+) images; at least 3 are needed for a training and a test part",
        "{1} の画像は {2} 件です。訓練用とテスト用に分けるには 3 件以上必要です",
    ),
    (
        r"(.+): a size of (\S+) pixels is not between 1x1 and 4096x4096",
        "{1}：大きさ {2} は 1x1 から 4096x4096 の範囲外です",
    ),
    (
        r"(.+) is (\S+) but (.+) is (\S+) \(rows x columns\); give one size for all: \"(.+)\"",
        '{1} は {2}、{3} は {4} です（行 x 列）。同じ大きさを指定してください："{5}"',
    ),
    (r"(.+) cannot be read as an image: (.+)", "{1} は画像として読めません：{2}"),
    (r"(.+) is a folder; a file is expected", "{1} はフォルダです。ファイルを指定してください"),
    (r"(.+) cannot be read: (.+)", "{1} を読めません：{2}"),
    (r"(.+) is empty \(0 bytes\)", "{1} は空です（0 バイト）"),
    (r"(.+) is a damaged or truncated gzip file: (.+)", "{1} は壊れているか途中で切れた gzip ファイルです：{2}"),
    (
        r"(.+) is not an IDX file of (.+?): it begins with (.+), expected (.+)",
        "{1} は {2} の IDX ファイルではありません：先頭は {3}、正しくは {4}",
    ),
    (
        r"(.+) is truncated: its IDX header needs (\S+) bytes, it has (\S+)",
        "{1} は途中で切れています：IDX ヘッダーには {2} バイト必要ですが、{3} バイトです",
    ),
    (r"(.+) holds no (\S+): its shape is (.+)", "{1} に {2} がありません：形は {3} です"),
    (
        r"(.+) is (\S+(?: long)?): (.+) are (\S+) bytes, it has (\S+)",
        "{1} は{2}：{3} なら {4} バイトですが、{5} バイトです",
    ),
    (r"truncated", "途中で切れています"),
    (r"too long", "長すぎます"),
    (r"images", "画像"),
    (r"labels", "ラベル"),
    (
        r"(.+) has a training part, (.+), and no test part: expected is a folder test beside it",
        "{1} には訓練用の {2} がありますが、テスト用がありません。隣に test フォルダを置いてください",
    ),
    (
        r"(.+) has (\S+)(?: sub-folders?)?; a sub-folder of images for each of 2 or more classes is expected",
        "{1} の中のフォルダは {2} 個です。2 つ以上のクラスごとに、画像のフォルダが必要です",
    ),
    (r"(.+) has classes that the training part lacks: (.+)", "{1} に、訓練用にはないクラスがあります：{2}"),
    (r"(.+) holds no images \((.+)\)", "{1} に画像がありません（{2}）"),
    (r"(.+) holds no images of (.+)", "{1} に {2} の画像がありません"),
    (
        r"(.+): training images are (.+), test images are (.+); both must have one shape",
        "{1}：訓練画像は {2}、テスト画像は {3} です。同じ形にしてください",
    ),
    (
        r"(.+): labels run from (\S+) to (\S+); expected 0 to (\S+)",
        "{1}：ラベルは {2} から {3} です（0 から {4} のはず）",
    ),
    # ── data check
    (r"(.+) is not a folder of pictures", "{1} は画像のフォルダではありません"),
    (
        r"near duplicates differ in 1 to 32 bits of 64, or in 0 to leave them out; got (.+)",
        "ほぼ同じ画像の差は 64 ビット中 1 から 32 ビットです（0 なら調べません）。指定された値：{1}",
    ),
    (
        r"(.+) holds no pictures, neither in folders of classes nor by themselves",
        "{1} に画像がありません（クラスのフォルダの中にも、直下にも）",
    ),
    (
        r"near duplicates are found with ImageHash: (.+), or leave them out with (.+)",
        "ほぼ同じ画像を調べるには ImageHash が必要です：{1}（{2} なら調べません）",
    ),
    (
        r"a clean copy is a folder of its own, neither within (.+) nor around it; got (.+)",
        "コピー先は {1} の中でも外側でもない別のフォルダにしてください。指定された場所：{2}",
    ),
    (
        r"(.+) is there already; the clean copy goes into a new folder",
        "{1} はすでにあります。コピー先には新しいフォルダを指定してください",
    ),
    (r"nothing of (.+) would be left for a clean copy", "{1} からは、コピーに残る画像がありません"),
    (
        r"--report, --fix, --near and --least are for a folder of pictures",
        "--report、--fix、--near、--least は画像のフォルダに使います",
    ),
    (r"--least is a number of pixels, 0 or more; got (.+)", "--least は 0 以上のピクセル数です。指定された値：{1}"),
)
