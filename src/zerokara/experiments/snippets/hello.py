# rules:
class Person:
    """Someone with a name."""

    def __init__(self, name):
        self.name = name

    def greet(self):
        print(f"Hello, {self.name}!")

    def leave(self):
        print(f"Goodbye, {self.name}!")


person = "David"
print("This script is running.")
someone = Person(person)
someone.greet()
someone.leave()
