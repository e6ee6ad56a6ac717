"""How the experiments of chapters 7 and 8 are done, in English."""

LATE: dict[str, str] = {
    # chapter 7
    "convolution-by-hand": (
        "A filter is laid on every window of a small picture. What meets is multiplied, the products are added up, "
        "and the bias is added. The result is compared with that of the library's convolution."
    ),
    "convolution-vs-correlation": (
        "A filter slides over a signal and over a picture, once as it is and once turned round. The first is what "
        "every library's layer computes, the cross-correlation; the second is the convolution of mathematics. Both "
        "are compared with NumPy's convolution and with the definition."
    ),
    "padding-stride": (
        "A filter of ones slides over a picture of ones, with several paddings and strides. Every output is then the "
        "number of real pixels under its window. The size of each output is compared with the formula."
    ),
    "conv-output-size": (
        "Convolution and pooling layers of many sizes are made and run. The number of rows that they give is compared "
        "with (H + 2P − F)/S + 1. Where the division leaves a remainder, the pixels that no window reaches are "
        "counted by their gradient, which is 0."
    ),
    "conv-channels": (
        "Random filters slide over a photograph in colour. Each slice of a filter is run alone on its own channel, "
        "and the three results are added up. The sum is compared with what the whole filter gives, and a second layer "
        "shows why it needs as many slices as the first has filters."
    ),
    "pooling": (
        "Windows are laid on a small picture, and each becomes one number, its largest or its mean. A gradient is "
        "sent back through both kinds. It is seen which pixels receive it."
    ),
    "pooling-shift": (
        "Digits are moved to the right by one pixel, two, and so on. The pictures, and their maps after max and "
        "average pooling, are compared with those of the digits that were not moved. The mean relative change is "
        "drawn against the shift."
    ),
    "im2col-walk": (
        "Every window of a small picture is written as one row of a matrix. One matrix product with the filter, "
        "written as a column, is then the whole convolution. The result is compared with the sliding filter."
    ),
    "col2im-walk": (
        "Windows are cut out of a picture of ones and added back to where they came from. Each pixel thereby counts "
        "the windows that contain it. For random numbers it is checked that the way back is the transpose of the way "
        "there."
    ),
    "im2col-cost": (
        "The same convolution is computed by loops in Python, by im2col with one matrix product, and by the compiled "
        "kernel. The loops do only the first images of the batch. Times per image, the least of some repeats, and "
        "bytes of memory are compared."
    ),
    "pool-by-im2col": (
        "The windows of every channel become rows of their own in a matrix. The maximum of each row is taken, and the "
        "numbers are put back into the shape of maps. The result is compared with the pooling layer."
    ),
    "conv-gradient-check": (
        "The gradients of a small convolutional network are compared with central differences, number by number. "
        "First the book's settings are used, whose differences sometimes cross a kink of ReLU or of max pooling, then "
        "better ones. The convolution alone is linear in each input, so there a difference of any size must agree."
    ),
    "train-simple-convnet": (
        "A network of one convolution, a pool and two linear layers learns from mini-batches drawn at random. Its "
        "weights start small, and Adam makes the steps. Training and test accuracy are taken once an epoch."
    ),
    "train-simple-convnet-small": (
        "The training of the simple convolutional network is repeated with only the first images of the data set and "
        "few updates. Everything else is the same. Training and test accuracy are taken on the way."
    ),
    "double-convnet": (
        "A network with two convolutions and one with a single convolution are trained on the same mini-batches. Each "
        "starts once from small random weights and once from He's. Losses, accuracies and numbers of parameters are "
        "compared."
    ),
    "convnet-init": (
        "The simple convolutional network is trained twice on the same mini-batches. Once its weights start with a "
        "fixed small spread, once with He's, which depends on the number of inputs. Losses and accuracies are "
        "compared."
    ),
    "pixel-permutation": (
        "One and the same random permutation is applied to the pixels of all pictures. A fully connected network and "
        "a convolutional one are trained on the plain and on the permuted pictures. The four test accuracies are "
        "compared."
    ),
    "filters": (
        "A convolutional network is trained. The filters of one layer are shown as pictures, before and after the "
        "training, on one scale of greys. It is measured how alike neighbouring weights are."
    ),
    "apply-filter": (
        "The first filters of a trained network slide over a photograph in grey, without their biases. The maps are "
        "shown as pictures. Each map is correlated with the brightness slopes of the photograph, to find the filters "
        "that answer to edges."
    ),
    "hand-made-filters": (
        "Well-known filters for edges, spots and smoothing are written down by hand and applied to a photograph. Then "
        "they are compared with the filters that a network has learned, by the cosine of the angle between them. "
        "Filters before the training tell how alike they are by chance."
    ),
    "feature-hierarchy": (
        "For every unit of every layer of a trained network, the test images that excite it most are looked for. It "
        "is counted how many of them belong to the same class. The same is done for the network before its training, "
        "and for images drawn at random."
    ),
    "hidden-activations": (
        "A test image and a drawn digit go through a trained network, and the output of every layer is kept as "
        "pictures. For many test images it is counted how many outputs of each ReLU are 0. Units that never answer "
        "are counted as well."
    ),
    "grad-cam": (
        "A network gives scores for some pictures, and the gradient of one class's score is taken at the last maps. "
        "The mean gradient of each map is its weight; the weighted sum, with negative values cut off, is the heat "
        "map. The network is an imported one, with photographs, where a file is given; otherwise a convolutional "
        "network is trained first and looks at test images."
    ),
    "grad-cam-mnist": (
        "Heat maps of a trained network are computed for the true class of each digit and for another. Then the "
        "hottest pixels are erased, and the fall of the score is measured. For comparison, as many pixels are erased "
        "at random, and as many with ink."
    ),
    "hyperparameter-count": (
        "Two convolutional networks are built, and their layers are listed. For each layer the table says what "
        "somebody had to choose and how many numbers it learns. Nothing is trained."
    ),
    "lenet": (
        "A network like LeNet, two convolutions with pools and three linear layers, is trained with every pair of "
        "activation function and kind of pooling. All trainings see the same mini-batches. Subsampling is the plain "
        "mean of each window here; the original multiplied it by a learned number and added another."
    ),
    "alexnet-anatomy": (
        "AlexNet is built twice, as in the paper, whose halves lived on two graphics cards, and in the later form "
        "with one tower. The shape of one picture is followed from layer to layer, and parameters and multiplications "
        "are counted. Nothing is computed with pixels."
    ),
    "alexnet-dropout": (
        "A small network in the style of AlexNet, five convolutions and two wide layers, is trained on few pictures. "
        "This is done once without and once with dropout before the wide layers, on the same mini-batches. Training "
        "and test accuracy are compared."
    ),
    # chapter 8
    "train-deep-convnet": (
        "A network of six convolutions, three pools and two linear layers is trained for many epochs with Adam. After "
        "every epoch, training and test accuracy are taken. A second, shorter training has dropout in other places."
    ),
    "misclassified": (
        "A network is trained and then reads every test image. The wrong answers are collected, counted by pair of "
        "classes, and shown with the probabilities that the network gave. It is also counted how often the second "
        "guess was right."
    ),
    "half-precision": (
        "One network is trained in single precision. Its weights are then stored in 16 or 8 bits, and part or all of "
        "the arithmetic is done in 16 bits. Scores, answers and accuracies of every variant are compared with those "
        "of the network as it was trained."
    ),
    "stacked-3x3-vs-5x5": (
        "A layer with one large filter, and a stack of 3×3 filters that sees as many pixels, are built. Their "
        "parameters are counted, with and without biases. The receptive field of both is measured as the place where "
        "one output has a gradient."
    ),
    "stacked-3x3-trained": (
        "Two networks are equal except that one has a layer of large filters where the other has a stack of 3×3 "
        "filters. Both are trained on the same mini-batches. Accuracies, parameters and receptive fields are "
        "compared."
    ),
    "receptive-field": (
        "The square of pixels that one unit sees is computed layer by layer from the sizes and strides of the "
        "windows. It is also measured, as the place where the unit has a gradient. For this every filter holds ones "
        "and pooling adds up, so that nothing is cancelled or left out."
    ),
    "channel-depth": (
        "A picture goes through a convolutional network once. The shape of every layer's output and the number of its "
        "parameters are kept. The counts are compared with the formula."
    ),
    "data-augmentation": (
        "The same small network is trained several times on the same few images, each time with another way of "
        "altering the mini-batches, and once with none. Every batch is altered anew. The networks are then judged on "
        "the test images and on shifted copies of them."
    ),
    "random-crop": (
        "A rectangle at a random place is cut out of a photograph, many times. It is counted how often each pixel is "
        "inside. The library's own crop and flip are checked beside it."
    ),
    "better-accuracy": (
        "A deep network is trained alone; then with slightly shifted pictures; then also with a falling learning "
        "rate. Several of the last kind, from other initial weights, answer together by averaging their "
        "probabilities. The mistakes on the test images are counted at each stage."
    ),
    "depth-comparison": (
        "Networks of growing depth are made so narrow that all have about the same number of parameters. Fully "
        "connected and convolutional ones are trained on the same mini-batches. Test accuracy and multiplications are "
        "compared."
    ),
    "vgg-anatomy": (
        "A VGG network is built without initial weights. The shape of one picture is followed from layer to layer, "
        "and parameters and multiplications are counted. The totals of all variants are compared with the published "
        "ones."
    ),
    "inception": (
        "The first Inception block of GoogLeNet is built with and without its 1×1 reductions, and its four paths are "
        "counted. Then a small network with such a block is trained in both forms on the same mini-batches. "
        "Accuracies and costs are compared."
    ),
    "resnet-skip": (
        "Networks are made that differ only in depth, and in whether a block's input is added to what the block makes "
        "of it. Before the training the gradient of every layer is measured. All are trained on the same "
        "mini-batches, without and with batch normalization."
    ),
    "layer-time": (
        "Every layer of a network is run by itself, forward and backward, on pictures of noise. The median time of "
        "several runs is taken. It is set beside the number of multiplications that the layer needs."
    ),
    "cpu-gpu-time": (
        "Steps of training and of inference are timed for several batch sizes, with each family of kernels that this "
        "machine has. The median of several steps counts. The driver is asked what graphics processors there are; "
        "without one, the processor's half of the comparison is done."
    ),
    "parallel-training": (
        "Several processes each hold the whole network and get a part of every batch. Their gradients are averaged, "
        "and all make the same step. Losses, gradients and times are compared with those of a single process."
    ),
    "data-parallel": (
        "Processes are played in one: each holds an array, and their sum is made by halving and doubling, while what "
        "each one sends is counted. A model of cost with these counts says how long a step of many computers takes on "
        "networks of three speeds. Its link is a formula; measurements stand in docs/parallel.md."
    ),
    "paint-digit": (
        "A drawing goes through plain steps, grey, inverted, cropped, scaled, centred, until it looks like a digit of "
        "MNIST. Then a network reads it. How much each step is worth is counted on many drawings that are made by "
        "formulas."
    ),
    "drawn-robustness": (
        "Three networks are trained on few pictures: a fully connected one, a convolutional one, and a convolutional "
        "one that saw randomly shifted pictures. The test pictures are moved, scaled, turned, thickened, thinned or "
        "inverted, by more and more. Accuracy is drawn against the strength of each change."
    ),
    "activation-and-error-map": (
        "A tiny network is drawn with all its numbers. In inference, its weights stand still while every input makes "
        "other activations. In learning, input and label stand still, errors come back through the same weights, and "
        "a step moves the weights."
    ),
    "awesome-net": (
        "A network is described in a text file of a few lines, one a layer. It is built from that description, "
        "trained on mini-batches drawn at random, and judged on the test images. Its layers, costs and mistakes are "
        "listed."
    ),
}
