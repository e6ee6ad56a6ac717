# rules: multiply
import zerokara as zk

price, number, tax = (zk.tensor(value, requires_grad=True) for value in (100.0, 2.0, 1.1))
bill = price * number * tax
zk.draw(bill, price=price, number=number, tax=tax).save("apples.svg")

bill.backward()
print(bill.item())
print(price.grad, number.grad, tax.grad)  # by how much the bill grows if one of them grows by 1
