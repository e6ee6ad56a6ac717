"""What goes wrong with one's own pictures and tables, in Japanese: patterns as in `messages`, which asks them first."""

PATTERNS: tuple[tuple[str, str], ...] = (
    # ── folders of pictures
    (
        r"(.+) holds one picture; a class needs at least two, one to test it",
        "{1} には画像が 1 枚しかありません。クラスには、テスト用を含めて 2 枚以上必要です",
    ),
    (
        r"(.+) has classes that the network does not know: (.+); it knows (.+)",
        "{1} に、ネットワークの知らないクラスがあります：{2}。知っているクラス：{3}",
    ),
    (
        r"(.+) has other classes than the network knows \((.+)\)",
        "{1} のクラスは、ネットワークの知っているクラスと違います（{2}）",
    ),
    (
        r"(.+) has changed since the training; judge the network on it as other data: --data (.+)",
        "{1} は学習後に変更されています。別のデータとして評価してください：--data {2}",
    ),
    (
        r"(.+) cannot be judged: the network does not say what its classes are called",
        "{1} では評価できません：ネットワークにクラスの名前がありません",
    ),
    (r"(.+) holds no pictures", "{1} に画像がありません"),
    # ── tables
    (
        r"(.+) has (\S+) rows; at least (\S+) are needed for .+",
        "{1} は {2} 行です。訓練用とテスト用に {3} 行以上必要です",
    ),
    (r"(.+) has (.+): each needs a name of its own", "{1} に {2} があります。列には 1 つずつ別の名前が必要です"),
    (r"(.+) has no column ('?.+?'?); it has (.+)", "{1} に列 {2} はありません。列：{3}"),
    (r"(.+): there is no column (.+); there are (.+)", "{1}：列 {2} はありません。列：{3}"),
    (r"(.+) has no column besides (.+) that says anything", "{1} には {2} のほかに手がかりになる列がありません"),
    (r"(.+) has no columns: its first line has to name them", "{1} に列がありません。1 行目に列の名前が必要です"),
    (r"(.+) has no rows below the names of its columns", "{1} には列の名前の下に行がありません"),
    (r"(.+) is not a table in UTF-8: (.+) at byte (\d+|X)", "{1} は UTF-8 の表ではありません：{3} バイト目、{2}"),
    (r"(.+): (\S+) values for (\S+) columns", "{1}：{3} 列に対して値が {2} 個です"),
    (
        r"(.+): column (.+) is empty; fill it in, or leave the row or the column out",
        "{1}：列 {2} が空です。値を入れるか、その行または列を除いてください",
    ),
    (
        r"(.+): column (.+?)(?: is)? (\S+); fill it in, or leave the row or the column out",
        "{1}：列 {2} の値が {3} です。値を入れるか、その行または列を除いてください",
    ),
    (r"(.+): column (.+) holds numbers, and here (.+)", "{1}：列 {2} は数値の列ですが、ここは {3} です"),
    (
        r"(.+): only one row has (.+); a class needs at least two, one to test it",
        "{1}：{2} の行が 1 つしかありません。クラスには、テスト用を含めて 2 行以上必要です",
    ),
    (
        r"(.+): say which column is to be answered: --target COLUMN",
        "{1}：答える列を --target 列名 で指定してください",
    ),
    (
        r"(.+): the network learned from columns that are missing here: (.+); it knows (.+)",
        "{1}：ネットワークが学習に使った列がありません：{2}。必要な列：{3}",
    ),
    (r"(.+): the network learned to answer (.+), not (.+)", "{1}：このネットワークが答えるのは {3} ではなく {2} です"),
    (r"(.+): the network never met (.+); it knows (.+)", "{1}：{2} はネットワークの知らない値です。知っている値：{3}"),
    (
        r"column (.+) has (\S+) different words; at most (\S+) classes are learned",
        "列 {1} には {2} 種類の語があります。学習できるのは {3} クラスまでです",
    ),
    (r"column (.+) is (\S+) in all rows: at least two .+", "列 {1} はどの行も {2} です。2 つ以上のクラスが必要です"),
    (r"column (.+) is (\S+) in all rows: nothing .+", "列 {1} はどの行も {2} です。学習することがありません"),
    (r"there is no table (.+)", "表 {1} はありません"),
    (r"(.+) does not fit a network that takes (.+)", "{1} はこのネットワークの入力（{2}）に合いません"),
    (r"rows of a table", "表の行"),
    (r"(.+), line (\d+|X): (.+)", "{1} の {2} 行目：{3}"),
    # ── predict
    (
        r"predict needs at least one picture, folder or table: (.+)",
        "predict には画像・フォルダ・表が少なくとも 1 つ必要です：{1}",
    ),
    (
        r"say which network answers: --model RUN, or an \.onnx file",
        "どのネットワークで答えるか指定してください：--model 実行フォルダ、または .onnx ファイル",
    ),
    (r"(.+) is a table; (.+) takes pictures", "{1} は表ですが、{2} の入力は画像です"),
    (
        r"(.+) is no table; this network learned from the columns of one: name a CSV file",
        "{1} は表ではありません。このネットワークは表の列から学習しました。CSV ファイルを指定してください",
    ),
    (
        r"(.+) tells (\d+) classes apart, and there are names for (\d+)",
        "{1} は {2} クラスを区別しますが、名前は {3} 個です",
    ),
    (
        r"there is no run of (.+) in runs/: (.+), or name a folder",
        "runs/ に {1} の実行がありません：{2}。または実行フォルダを指定してください",
    ),
    # ── evaluate, explain, export
    (
        r"say on which data (.+) is judged: .+",
        "{1} を評価するデータを指定してください：--data folder:パス、csv:ファイル、またはデータセットの名前",
    ),
    (
        r"an ONNX file is a model itself; leave out --model",
        "ONNX ファイルはモデルそのものです。--model は省いてください",
    ),
    (
        r"the run in (.+) started from (.+), and has that network; leave out --model",
        "{1} の実行は {2} から始めたもので、モデルは決まっています。--model は省いてください",
    ),
    (
        r"the run in (.+) started from another network, whose size it keeps; leave out --input",
        "{1} の実行は別のネットワークから始めたもので、大きさは決まっています。--input は省いてください",
    ),
    (
        r"(.+) does not say how its training pictures were read; choose another --prepare",
        "{1} には学習時の画像の読み方がありません。別の --prepare を選んでください",
    ),
    # ── train
    (
        r"say what to train: --recipe NAME \((.+)\), or --model NAME and --data NAME, or --data alone",
        "何を学習するか指定してください：--recipe 名前（{1}）、--model 名前 と --data 名前、または --data だけ",
    ),
    (r"--size is rows x columns, such as 64x64; got (.+)", "--size は 64x64 のような 行 x 列 です。指定された値：{1}"),
    (r"--size belongs to .+", "--size はフォルダの画像用です：--data folder:パス"),
    (r"--target belongs to .+", "--target は表用です：--data csv:ファイル"),
    (r"--from belongs to --data NAME; leave out --recipe", "--from は --data と使います。--recipe は省いてください"),
    (r"--from says the model: leave out --model", "モデルは --from で決まります。--model は省いてください"),
    (
        r"--weights, --mean, --std and --bgr belong to --from MODEL",
        "--weights、--mean、--std、--bgr は --from モデル と使います",
    ),
    (
        r"a run is resumed on what it was begun with: leave out .+",
        "実行は始めたときのデータで再開します。--size、--target、--from は省いてください",
    ),
    (
        r"(.+) takes examples of (.+); those of (.+) are (.+)",
        "{1} の入力は {2} ですが、{3} のデータは {4} です",
    ),
    (
        r"(.+) has no last layer(?: with weights)? that could be replaced by another",
        "{1} には取り替えられる最終層がありません",
    ),
    (r"(.+) already holds a run: (.+)", "{1} にはすでに実行があります。再開するか、別のフォルダを指定してください"),
)
