"""What goes wrong where several processes work together, in Japanese: patterns as in `messages`."""

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"of a search by mpiexec every process is a worker: leave --workers out",
        "mpiexec による探索ではすべてのプロセスがワーカーになります。--workers は省いてください",
    ),
    (
        r"of a laboratory by mpiexec every process does its part of the work: leave --jobs out",
        "mpiexec による実験ではすべてのプロセスが作業を分担します。--jobs は省いてください",
    ),
    (
        r"--sync-batch-norm is for several processes \((.+)\): one alone sees the whole batch, leave it out",
        "--sync-batch-norm は複数のプロセスで学習するときのものです（{1}）。"
        "1 つのプロセスはバッチ全体を見ています。省いてください",
    ),
    (
        r"(\S+) knows no --sync-batch-norm: leave it out",
        "{1} には --sync-batch-norm がありません。省いてください",
    ),
    (
        r"this network has no batch norm that could see the whole batch: leave --sync-batch-norm out .+",
        "このネットワークには、バッチ全体を見るようにできるバッチ正規化がありません。"
        "--sync-batch-norm は省いてください",
    ),
    (
        r"batches of (\S+) cannot be shared among (\S+) processes: .+",
        "{1} 件のバッチを {2} 個のプロセスで分けることはできません。"
        "batch_size を {2} 以上にするか、プロセスを減らしてください",
    ),
    (
        r"(.+) has (.+), and (rank \d+ \(.+?\)|\S+) (.+): "
        r"all processes of a training need the same versions, data and settings",
        "{1} では {2}、{3} では {4} です。学習するすべてのプロセスで、バージョン、データ、設定をそろえてください",
    ),
    (
        r"(.+) begins with other weights in (.+) \(first found there\) as (.+) has: the processes must build .+",
        "{1} は {3} と異なる重みで始まっています（最初に見つかった配列：{2}）。"
        "すべてのプロセスで、同じシードから同じモデルを作り、同じ計算をするプロセッサを使ってください",
    ),
    (
        r"(.+) no longer has the same numbers in (.+) \(first found there\) as (.+) has: the processes must build .+",
        "{1} の数値が {3} と一致しなくなりました（最初に見つかった配列：{2}）。"
        "すべてのプロセスで、同じシードから同じモデルを作り、同じ計算をするプロセッサを使ってください",
    ),
    (
        r"(.+) has ended its program while the others wait for it: all run the same steps",
        "{1} は、ほかのプロセスが待っている間にプログラムを終えました。"
        "すべてのプロセスが同じ手順を実行する必要があります",
    ),
    (
        r"(\S+) processes were started together, and the MPI that mpi4py found \((.+)\) sees (\S+): start them .+",
        "{1} 個のプロセスが起動されましたが、mpi4py が見つけた MPI（{2}）には {3} 個しか見えません。"
        "その MPI に付属する mpiexec で起動するか、お使いの MPI 用に mpi4py を入れ直してください",
    ),
    (
        r"(\S+) processes were started together, and MPI is not there \((.+)\): install (\S+)",
        "{1} 個のプロセスが起動されましたが、MPI がありません（{2}）。{3} をインストールしてください",
    ),
    (r"the processes lost each other: (.+)", "プロセス間の通信が途切れました：{1}"),
    (
        r"no connection to (.+) within (\S+) s: is a firewall between\?",
        "{2} 秒以内に {1} とつながりませんでした。ファイアウォールがありませんか",
    ),
    (
        r"process 0 cannot be reached at (.+), port (\S+): is a firewall between\?",
        "プロセス 0 に {1} のポート {2} で接続できません。ファイアウォールがありませんか",
    ),
    (r"(.+) has died; all others stop", "{1} が終了しました。ほかのプロセスもすべて停止します"),
    (
        r"(.+) has been silent for (\S+) s: its host or the network is lost; all others stop",
        "{1} から {2} 秒間応答がありません。ホストかネットワークが失われました。ほかのプロセスもすべて停止します",
    ),
    (
        r"(.+) have been silent for (\S+) s: (?:its host|their hosts) or the network (?:is|are) lost; all others stop",
        "{1} から {2} 秒間応答がありません。ホストかネットワークが失われました。ほかのプロセスもすべて停止します",
    ),
    (
        r"(.+) has heard no other host for (\S+) s: its network is lost; all others stop",
        "{1} に {2} 秒間ほかのどのホストからも応答が届きません。このホストのネットワークが失われました。"
        "ほかのプロセスもすべて停止します",
    ),
    (r"(rank \d+ \(process \d+ on \S+\)): (.+)", "{1}：{2}"),
)
