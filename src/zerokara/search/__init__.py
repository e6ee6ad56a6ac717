"""The search for good settings, on Optuna: `zerokara search`.

`space` and `plan` say what a study is, `accounts` counts its trials, `storage` keeps it, `worker` trains, `outcome`
reads what was found, `page` reports it. Only this package knows Optuna, which is an extra: `zerokara[search]`.
"""
