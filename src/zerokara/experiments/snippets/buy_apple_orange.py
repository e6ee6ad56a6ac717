# rules: multiply, add
import zerokara as zk

values = (100.0, 2.0, 150.0, 3.0, 1.1)
apple, apples, orange, oranges, tax = (zk.tensor(value, requires_grad=True) for value in values)
bill = (apple * apples + orange * oranges) * tax

bill.backward()
gradient = [float(one.grad) for one in (apple, apples, orange, oranges, tax)]
print(bill.item(), gradient)
