"""The table of commands: what each does, with examples. Nothing is imported to print it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A command: where its function is (imported when it runs), what it does, and how it is used."""

    target: str
    help: str
    examples: str


COMMANDS: dict[str, Command] = {
    "demo": Command(
        "zerokara.cli.demo:demo",
        "The main job in about ten seconds: train, read drawings, write a report.\n\n"
        "Nothing is downloaded: the training digits and the drawings came with the installation.",
        "zerokara demo\nzerokara demo --out my-demo --lang ja\nzerokara demo --epochs 40 --seed 7",
    ),
    "read": Command(
        "zerokara.cli.read:read",
        "Read the digits in pictures, drawn or photographed.\n\n"
        "Exit code 0: every picture was read; 1: some could not be; 2: wrong usage. A picture without a digit counts "
        "as read; the answer says that there is none.",
        "zerokara read seven.png\nzerokara read *.jpg --json > readings.jsonl\nzerokara read scans/ --lang ja\n"
        "cat note.png | zerokara read - --save-view seen/",
    ),
    "studio": Command(
        "zerokara.cli.studio:studio",
        "Draw in the browser, and look inside the network.\n\n"
        "Serves a page on this machine only and opens it; the link works once, Enter prints a new one. Ctrl-C ends.",
        "zerokara studio\nzerokara studio --lang ja\nzerokara studio --no-open --port 4650",
    ),
    "collect": Command(
        "zerokara.cli.collect:collect",
        "Collect pictures from pages of the web, politely, with a table.\n\n"
        "robots.txt is obeyed, a host gets one request at a time, and images.csv has a row for every picture, kept or "
        "not. Stopped by Ctrl-C or killed, the same command goes on where it was.",
        "zerokara collect https://example.org/cats --label cats --out animals --contact you@example.org\n"
        "zerokara collect https://example.org/dogs --label dogs --out animals --depth 2 --allow images.example.org\n"
        "zerokara collect --csv list.csv --out animals --dry-run",
    ),
    "train": Command(
        "zerokara.cli.train:train",
        "Train a network: with a recipe, on a data set, or on your own pictures or table.\n\n"
        "Without --model, the data choose one; --from starts from another network. "
        "Every setting of a recipe can be changed by its name. The run's folder keeps settings, history, checkpoints "
        "and weights; Ctrl-C saves, --resume continues.",
        "zerokara train --recipe deep-convnet\nzerokara train --recipe digits-small --epochs 5 --lr 0.01\n"
        "zerokara train --data folder:pets --out runs/pets\n"
        "zerokara train --data csv:flats.csv --target price\n"
        "zerokara train --model simple-convnet --data fashion-mnist --out runs/fashion\n"
        "zerokara train --resume --out runs/fashion\n"
        "mpiexec -n 4 zerokara train --recipe char-gpt",
    ),
    "generate": Command(
        "zerokara.cli.generate:generate",
        "Write on from a prompt with a trained model of language.\n\n"
        "The text appears as it is written. The run is one of the recipes char-gpt and rnn-lm; --seed repeats a text.",
        "zerokara generate runs/char-gpt --prompt LATIN\n"
        "zerokara generate runs/char-gpt --prompt GREEK --temperature 0.5 --length 400\n"
        "zerokara generate runs/rnn-lm --prompt yesterday --top-k 5 --stop . --json\n"
        "zerokara generate runs/rnn-lm --prompt today --beams 4\n"
        "zerokara generate runs/rnn-lm --prompt today --report written.html",
    ),
    "predict": Command(
        "zerokara.cli.predict:predict",
        "Answer with a trained network: class names and probabilities for pictures, folders and rows of tables.\n\n"
        "A run remembers how its pictures were read and what its classes are called, and so does an ONNX file that "
        "was exported from it. Exit code 0: everything was answered; 1: something could not be; 2: wrong usage.",
        "zerokara predict cat.jpg --model runs/pets\n"
        "zerokara predict new-pictures/ --model pets.onnx --csv answers.csv\n"
        "zerokara predict flats.csv --model runs/flats --json",
    ),
    "search": Command(
        "",
        "Search for good settings of a recipe, by many trainings.\n\n"
        "Trials are judged on the validation part; the test part is looked at once, in the end, for the best of them. "
        "Workers on any machine join by the same command (--storage names a database that all of them reach). A killed "
        "worker's trial is tried again; Ctrl-C keeps what is finished, and the same command continues. "
        "`zerokara search show STUDY` shows what was found.",
        "zerokara search --recipe digits-small --try lr=1e-4..1e-1:log --try optimizer=adam,sgd --trials 50\n"
        "zerokara search --model two-layer --data mnist --try lr=1e-4..1e-1:log --try hidden=50,100,200 --workers 2 "
        "--out studies/hidden\n"
        "zerokara search --resume --out studies/hidden --trials 200\n"
        "zerokara search show studies/hidden --report report.html --lang ja",
    ),
    "runs": Command(
        "zerokara.cli.runs:runs",
        "List trainings side by side: settings that differ, best scores, time.",
        "zerokara runs\nzerokara runs studies/hidden --report curves.html --lang ja\nzerokara runs --csv runs.csv",
    ),
    "evaluate": Command(
        "zerokara.cli.evaluate:evaluate",
        "Test a trained network: accuracy, loss, confusion matrix.",
        "zerokara evaluate runs/deep-convnet\nzerokara evaluate runs/deep-convnet --report report.html --lang ja\n"
        "zerokara evaluate weights.safetensors --model deep-convnet --data mnist --json",
    ),
    "explain": Command(
        "zerokara.cli.explain:explain",
        "Show which parts of a picture are evidence for a class, by several methods side by side.\n\n"
        "Writes heat maps over the picture, the numbers, and a report with curves that evaluate the maps. The model is "
        "one of the catalogue with --weights, the folder of a run, an .onnx file, or without --model the reader of "
        "digits.",
        "zerokara explain seven.png\nzerokara explain dog.jpg --model runs/cifar --method grad-cam,occlusion\n"
        "zerokara explain dog.jpg --model squeezenet.onnx --bgr --classes names.txt --class tabby --class 243\n"
        "zerokara explain five.png --model runs/deep-convnet --maps --lang ja\n"
        "zerokara explain seven.png --unit relu2a:7,5,5",
    ),
    "summary": Command(
        "zerokara.cli.summary:summary",
        "Show a model layer by layer; without a name, list the models.",
        "zerokara summary\nzerokara summary deep-convnet\nzerokara summary simple-convnet --input 3x32x32 --json",
    ),
    "sample": Command(
        "zerokara.cli.sample:sample",
        "Make new pictures with a trained network.\n\n"
        "The network is that of a run of the recipes vae or diffusion. The sheet of pictures is a PNG file; --report "
        "writes a page that shows how they come about.",
        "zerokara sample runs/vae --count 64 --out digits.png\n"
        "zerokara sample runs/diffusion --class 3 --guidance 2 --out threes.png\n"
        "zerokara sample runs/diffusion --steps --out chain.png --report made.html",
    ),
    "export": Command(
        "zerokara.cli.export:export",
        "Write a network to an ONNX file, for other programs.\n\n"
        "A run's folder, or a model by its name, with --weights. The file takes batches of any length. Where ONNX "
        "Runtime is installed, it has to give the same answers before the file is kept.",
        "zerokara export runs/deep-convnet digits.onnx\n"
        "zerokara export resnet18 resnet18.onnx --weights resnet18.safetensors\n"
        "zerokara export squeezenet1.1 small.onnx --input 3x64x64 --classes 10 --json",
    ),
    "lab": Command(
        "",
        "The laboratory: every experiment of the book and of its readers.\n\n"
        "Without a subcommand it lists them. Reports and results are kept in --out (zerokara-lab).",
        "zerokara lab\nzerokara lab show optimizer-paths\nzerokara lab run optimizer-paths --steps 60\n"
        "zerokara lab run ch06 --quick --lang ja",
    ),
    "data": Command(
        "",
        "List, download, show and check data sets.",
        "zerokara data list\nzerokara data fetch mnist\nzerokara data show digits\n"
        "zerokara data check mnist --data-dir ~/mnist",
    ),
    "version": Command(
        "zerokara.cli.version:version",
        "Print versions and machine.",
        "zerokara version\nzerokara version --json",
    ),
}

LAB_COMMANDS: dict[str, Command] = {
    "list": Command(
        "zerokara.cli.lab:list_all",
        "List the experiments by chapter, with their question.\n\n"
        "All of them, or those of the given chapters, with the time they take and the data they need.",
        "zerokara lab list\nzerokara lab list ch06 --lang ja\nzerokara lab list --json",
    ),
    "show": Command(
        "zerokara.cli.lab:show",
        "Show the question, formula and settings of an experiment.",
        "zerokara lab show weight-init-histogram\nzerokara lab show batch-norm --lang ja",
    ),
    "run": Command(
        "zerokara.cli.lab:run",
        "Run experiments and write their reports.\n\n"
        "Every setting of an experiment is an option by its name. A run can be interrupted: the same command "
        "continues. What was measured with the same settings is shown at once; --force measures again.",
        "zerokara lab run gradient-method --lr 1\nzerokara lab run optimizer-mnist --seeds 5 --jobs 2\n"
        "zerokara lab run ch03 ch04 --lang ja\nzerokara lab run all --quick --data digits",
    ),
}

SEARCH_COMMANDS: dict[str, Command] = {
    "run": Command("zerokara.cli.search:run", COMMANDS["search"].help, COMMANDS["search"].examples),
    "show": Command(
        "zerokara.cli.search:show",
        "Show what a study has found, also while it goes on.",
        "zerokara search show studies/hidden\nzerokara search show studies/hidden --report report.html --lang ja\n"
        "zerokara search show studies/hidden --json",
    ),
}
"""`zerokara search` alone is `search run`."""

DATA_COMMANDS: dict[str, Command] = {
    "list": Command("zerokara.cli.data:list_sets", "List the data sets by name.", "zerokara data list"),
    "fetch": Command(
        "zerokara.cli.data:fetch",
        "Download a data set, unless it is there, and check it.",
        "zerokara data fetch mnist\nzerokara data fetch cifar10 --data-dir ~/datasets",
    ),
    "show": Command(
        "zerokara.cli.data:show",
        "Show how many examples there are of each class, and one of them.",
        "zerokara data show digits\nzerokara data show folder:my-pictures",
    ),
    "check": Command(
        "zerokara.cli.data_check:check_data",
        "Find what is wrong with a folder of pictures, before anybody trains on it.\n\n"
        "Unreadable, truncated, blank and tiny pictures, duplicates and near duplicates, the same picture in two "
        "classes or in training and test part, the balance of the classes, sizes and colours. The folder is only "
        "read; --fix writes a clean copy. Of a known data set all files are read, without downloading. "
        "Exit code 0: nothing is wrong; 1: something is; 2: wrong usage.",
        "zerokara data check my-pictures\nzerokara data check my-pictures --report check.html --lang ja\n"
        "zerokara data check my-pictures --fix my-pictures-clean --near 4\nzerokara data check my-pictures --json\n"
        "zerokara data check mnist --data-dir ~/mnist",
    ),
}
