"""How the experiments of chapters 1 to 5 are done, in English."""

EARLY: dict[str, str] = {
    # chapter 1
    "hello": (
        "The lines of a small script, with a class of its own, are written into a file. A separate Python process "
        "runs that file, just as a reader runs a first script. Everything that it prints is kept and compared with "
        "what the class should say."
    ),
    "numpy-basics": (
        "A few small arrays go through every operation of the first chapter: element by element, with a single "
        "number, with a row that is broadcast, and by index. Each expression is computed with NumPy and once more "
        "with zerokara's tensors. The results and their shapes are put into a table and compared with mental "
        "arithmetic."
    ),
    "sin-cos-graph": (
        "The x axis is cut into small, equal steps. At every point the values of sin and cos are computed, and "
        "neighbouring points are joined by straight lines. First sin is drawn alone, then both curves in one frame "
        "with a legend."
    ),
    "show-image": (
        "A photograph is read as an array of shape (height, width, 3), whole numbers from 0 to 255. Each of the three "
        "planes is taken out and looked at on its own, and a small window of one plane is shown as numbers. Finally "
        "the three planes are added up again and compared with the picture."
    ),
    # chapter 2
    "logic-gates": (
        "A perceptron outputs 1 where w1·x1 + w2·x2 + b is above 0, and 0 elsewhere. It is given all four pairs of "
        "inputs three times, each time with other weights and another bias. The line on which the sum is exactly 0 is "
        "drawn into the plane of the inputs."
    ),
    "xor-gate": (
        "First every perceptron on a fine grid of weights and biases is tried, and those that compute XOR are "
        "counted. Then three perceptrons, NAND, OR and AND, are put into two layers. Their outputs for the four "
        "inputs are compared with the truth table of XOR."
    ),
    "nand-half-adder": (
        "Every gate is one and the same perceptron with the weights of NAND. Gates are wired into a half adder and a "
        "full adder, and these, one a bit, into a longer adder. All wires are computed for all inputs, and every sum "
        "is compared with ordinary addition."
    ),
    "xor-learned": (
        "The four rows of XOR are the training data, and every update uses all four. Networks with few and with more "
        "hidden units are trained by gradient descent, each from many random starts at once. It is counted how many "
        "starts solve XOR, and what the networks say in between the four points."
    ),
    # chapter 3
    "step-function": (
        "Points are laid along the x axis. The function gives 0 up to the threshold and 1 above it. The curve is "
        "drawn, and the values at and around the threshold are looked at."
    ),
    "sigmoid": (
        "The function σ(ax) = 1/(1 + e⁻ᵃˣ) is computed at points along the x axis. Its slope is taken at every point "
        "by backpropagation. Very large positive and negative x are tried as well, where a careless formula would "
        "overflow."
    ),
    "step-vs-sigmoid": (
        "The step function and the sigmoid are computed at the same points and drawn over each other. The gap between "
        "the two is measured at every point. Then the gain, which makes the sigmoid steeper, is raised, and the gap "
        "is measured again."
    ),
    "relu": (
        "The function max(0, x) is computed at points along the x axis. Its slope is taken by backpropagation. With a "
        "slope for negative inputs, as a setting, it becomes the leaky ReLU."
    ),
    "sigmoid-vs-relu": (
        "Sigmoid, tanh and ReLU are computed at the same points, together with their slopes. Each function is then "
        "applied several times in a row, and backpropagation gives the slope that is left, by the chain rule a "
        "product. Normally distributed inputs are used to count how many outputs are exactly 0."
    ),
    "linear-collapse": (
        "Several random layers x → W·x + b are put one after the other, with nothing between them. Their matrices and "
        "biases are multiplied out into a single layer, and both are given the same inputs. Then an activation "
        "function is put between the layers, and it is measured how much of the result no straight line can follow."
    ),
    "numpy-products": (
        "Two vectors of three numbers are multiplied in four ways: element by element, as an inner product, as an "
        "outer product and as a cross product. The results are put side by side with their shapes. For the outer "
        "product a gradient is computed too, because the gradient of a weight matrix is one."
    ),
    "matrix-product": (
        "A row of inputs x is multiplied by a weight matrix W. The same product is drawn as a network in which every "
        "edge carries one weight. A product of arrays whose shapes do not fit is tried as well, to see what the error "
        "says."
    ),
    "three-layer-forward": (
        "Two inputs go through a linear layer, a sigmoid, a linear layer, a sigmoid, a last linear layer and the "
        "identity. The values of every unit are kept and written into a drawing of the network. The whole way is "
        "computed once more number by number, without matrices, and compared."
    ),
    "softmax-overflow": (
        "Softmax is computed literally, as the exponential of each score over their sum, for scores so large that the "
        "exponential overflows. Then the largest score is subtracted from all of them first, which changes no "
        "probability. Both results stand side by side, with the largest exponent that each type of number can bear."
    ),
    "softmax-properties": (
        "A few scores are turned into outputs by softmax, and by a sigmoid for each score alone. It is checked what "
        "sums to 1, whether the order of the scores is kept, and what happens when a constant is added to all of "
        "them. A temperature, by which the scores are divided, makes the outputs sharper or flatter."
    ),
    "mnist-show": (
        "One training image is shown as a picture and as the row of numbers that a network sees. Then some examples "
        "of every class are laid out in a grid. The images of each class are counted and averaged."
    ),
    "mnist-inference": (
        "A network with two hidden layers of sigmoid units is taken, from a weight file or trained beforehand. Every "
        "test image goes forward through it, one at a time, and the largest output is the answer. Nothing is learned "
        "on the way; right answers are counted and the most confident mistakes shown."
    ),
    "mnist-inference-batch": (
        "The same test images go through the same network several times, one at a time and then in ever larger "
        "batches. The time of each way through is taken, the least of some repeats. The answers are compared between "
        "all batch sizes."
    ),
    # chapter 4
    "loss-functions": (
        "One answer y to a question whose right class is t is judged by two losses, half the sum of squares and the "
        "cross entropy. Both are computed from their formulas. Then the probability of the right class is moved from "
        "0 to 1, and both losses are drawn along the way."
    ),
    "cross-entropy-forms": (
        "Random probabilities and labels are made for a batch. The cross entropy is computed by hand in two forms, "
        "with one-hot rows and by picking the probability of each label, for single samples and for the batch. The "
        "library's loss and its gradient are computed from both forms of target and compared."
    ),
    "two-networks-compared": (
        "Two networks have given probabilities for the same picture of a 5. Three losses are computed for both, and "
        "the smaller loss wins. How large and how small the sum of squares can be for a given probability of the "
        "right class is worked out too, as a check on published numbers."
    ),
    "mini-batch-sampling": (
        "A network with fixed weights gives a loss for every training image. Batches of different sizes are drawn "
        "from these losses again and again, and the spread of their means is measured. Then it is counted how many "
        "images have been seen after one epoch and more, with and without replacement."
    ),
    "loss-vs-accuracy": (
        "A small network learns a little from a few images. Then one of its weights is moved in small steps to both "
        "sides, and the loss and the accuracy of these images are computed at each place. The slopes of both are "
        "taken in the middle."
    ),
    "numerical-diff-h": (
        "The slope of two functions is computed by the forward and by the central difference. The step h shrinks from "
        "10⁻¹ to a number too small to matter, in double and in single precision. Each result is compared with the "
        "exact slope, and the error is drawn against h."
    ),
    "gradient-1d": (
        "The slope at two points is computed by the central difference (f(x + h) − f(x − h)) / 2h. The straight line "
        "with that slope through (x, f(x)) is drawn beside the curve. The slope by backpropagation is the number to "
        "compare with."
    ),
    "partial-derivative": (
        "A function of two numbers is cut along each of its two axes through one point. The slope of each cut, a "
        "function of one number, is a partial derivative and is taken by a central difference. The two slopes are "
        "compared with the gradient, also for a point given in whole numbers."
    ),
    "gradient-2d": (
        "At every place of a grid the gradient of f(x₀, x₁) = x₀² + x₁² is computed by central differences, one "
        "coordinate at a time. Its negative is drawn as an arrow, over the contours of f. Every arrow is compared "
        "with the exact gradient."
    ),
    "gradient-method": (
        "From a starting point, every step moves x against the gradient: x ← x − lr·∇f(x). The function is x₀² + x₁², "
        "so a step multiplies x by 1 − 2·lr, and the end can be computed by hand. The path is drawn over the contours."
    ),
    "learning-rate-extremes": (
        "The gradient method starts at the same point with very different learning rates, from far too small to far "
        "too large. On x₀² + x₁² every step multiplies x by 1 − 2·lr. The paths are computed with numerical and with "
        "exact gradients and compared with that factor."
    ),
    "learning-rate-sweep": (
        "The same network is trained from the same weights on the same mini-batches, once for each learning rate. The "
        "rates go in large steps from one that hardly moves to one that explodes. The loss and the test accuracy in "
        "the end are drawn against the rate."
    ),
    "gradient-simplenet": (
        "The smallest network, a single matrix, gives scores for one input. The gradient of its cross-entropy loss in "
        "every weight is computed by backpropagation and by differences. One small step against the gradient follows, "
        "and the loss is computed again."
    ),
    "numerical-gradient-cost": (
        "One gradient of a whole network is computed by central differences, which run the network twice for every "
        "weight. The same gradient is computed by backpropagation, which runs it once there and back. Both are timed "
        "and compared, and the time of a whole training is worked out from them."
    ),
    "train-two-layer": (
        "A network with one hidden layer of sigmoid units learns from mini-batches drawn at random. After every step "
        "of gradient descent the loss is kept; after every epoch, the accuracy on training and test images is taken. "
        "The book uses numerical gradients here, which would take days; backpropagation gives the same gradients and "
        "is used from the start."
    ),
    "local-minimum": (
        "A curve with more than one valley is searched for the places where its slope is 0. Balls start at several "
        "places and follow the gradient, without momentum and with it. It is noted in which valley each ball comes to "
        "rest."
    ),
    "saddle-point": (
        "On x² − y² the point (0, 0) is lowest along one axis and highest along the other. Four optimizers start "
        "exactly on the ridge, and just beside it. Their paths are drawn, and it is counted how many steps each needs "
        "to get away."
    ),
    "quadratic-fit": (
        "A polynomial is fitted to points by gradient descent on the squared error. Once there are as many points as "
        "unknowns and no noise, and once there are more points, with noise. Both fits are compared with the solution "
        "that linear algebra gives in one go."
    ),
    # chapter 5
    "chain-rule": (
        "The expression z = (x + y)² is computed step by step, and every step is a node of a graph. From the end "
        "backwards, each node multiplies what comes back by its own local derivative. The results are compared with "
        "central differences."
    ),
    "buy-apple": (
        "The price of two apples with tax is two multiplications in a row. The result is computed forwards along the "
        "graph. Backwards, every node hands on what came back times the other factor, which tells how much the bill "
        "grows with each number."
    ),
    "buy-apple-orange": (
        "Apples and oranges are paid for together, with tax, so the graph has multiplications and a sum. It is "
        "computed forwards. Backwards the sum hands the same gradient to both of its branches, and each "
        "multiplication hands on what came back times the other factor."
    ),
    "graph-drawing": (
        "An expression of yours is computed with tensors, and every operation leaves a node behind. The nodes are "
        "listed in order, with what goes into them, and drawn as a graph with values and gradients. The same is done "
        "for the loss of a small network, and the gradients are compared with differences."
    ),
    "activation-layers": (
        "A few numbers go through ReLU and through the sigmoid. Some gradient is then sent back through both. ReLU "
        "lets it through or stops it, the sigmoid multiplies it by y(1 − y); both are compared with central "
        "differences."
    ),
    "sigmoid-derivative": (
        "The sigmoid is computed at many points, together with its slope by backpropagation. The slope is compared "
        "with the formula σ(u)(1 − σ(u)) and with central differences. Its largest value is looked for."
    ),
    "affine-batch": (
        "A batch of two rows goes through y = x·W + b. Backpropagation gives the gradients of x, W and b. They are "
        "compared with the formulas, products of matrices and a sum over the rows, and with central differences."
    ),
    "softmax-loss-gradient": (
        "Scores go through softmax and the cross-entropy loss. What comes back to the scores is computed by "
        "backpropagation, for labels and for one-hot targets. It is compared with the simple formula, the answer "
        "minus the truth."
    ),
    "gradient-check": (
        "Every number of a network's gradient is computed by backpropagation and by a central difference. This is "
        "done for a clean network, with the book's loss, at a kink of ReLU made on purpose, and with a fault planted "
        "in the activation. The mean differences of the four cases stand side by side."
    ),
    "train-two-layer-backprop": (
        "The training of chapter 4 is repeated with ReLU units and gradients by backpropagation. Mini-batches are "
        "drawn at random, and every update is one step of gradient descent. Loss and accuracies are taken as before."
    ),
}
