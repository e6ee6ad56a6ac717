# rules:
from sklearn.datasets import load_sample_image  # of your own: np.asarray(PIL.Image.open("photo.jpg").convert("RGB"))

file = "china.jpg"
top = 200
left = 300
window = 8
image = load_sample_image(file)
print(image.shape, image.dtype, image.min(), image.max())

means = image.mean(axis=(0, 1))  # how much red, green and blue there is
part = image[top : top + window, left : left + window, 0]
print(means)
print(part)  # red, in numbers
