"""Texts on which the exported model is checked against the float model."""

# Similarities that the model's authors' own library gives for these pairs.
REFERENCE = [
    ("A man is eating food.", "A man is eating a piece of bread.", 0.755),
]

# Near, loosely related and unrelated; short, long, with numbers, code and other scripts.
PAIRS = [
    ("A man is eating food.", "A man is eating a piece of bread."),
    ("The girl is carrying a baby.", "Two men pushed carts through the woods."),
    ("How do I read a file line by line?", "Iterate over the lines of a file with a buffered reader."),
    ("rent contract for the flat", "This tenancy agreement is made between the landlord and the tenant."),
    ("invoice from the electrician", "Bill no. 2024-0117, electrical installation, 1,240.00 EUR, due in 30 days"),
    ("quarterly revenue grew", "Sales rose by 14 % in the third quarter, ahead of the forecast."),
    ("passport expires next year", "The recipe needs two eggs, flour and a pinch of salt."),
    ("fn main() { println!(\"hello\"); }", "a program that prints a greeting"),
    ("SELECT name FROM users WHERE age > 30", "query for the names of older users"),
    ("error: cannot borrow as mutable", "The borrow checker refuses two mutable references at once."),
    ("how to lower blood pressure", "Less salt, regular exercise and enough sleep help against hypertension."),
    ("train to Vienna on Friday", "Your booking: Munich to Wien Hbf, departing Friday 09:31, seat 44."),
    ("The cat sat on the mat.", "The dog slept under the table."),
    ("meeting notes of the design team", "We agreed on the new icon set and moved the release to May."),
    ("Where is the nearest pharmacy?", "Wo ist die nächste Apotheke?"),
    ("機械学習", "machine learning"),
    ("", "an empty text beside a full one"),
    ("a", "b"),
    ("3.14159 2.71828 1.41421", "numbers: pi, Euler's number, the square root of two"),
    ("tax return 2023 second reminder", "Dear client, the documents for last year's taxes are still missing."),
    ("backup restore procedure", "Copy the archive to the new disk, then run the recovery tool and verify."),
    (
        "Encryption at rest protects stored data against somebody who takes the disk. "
        "The key must not lie beside the data, and losing the key means losing the data. " * 6,
        "Full-disk encryption and where to keep its key.",
    ),
    (
        "The river rises in the mountains, passes three lakes and reaches the sea after four hundred miles. "
        "Its lower course has been navigable since the canal was built. " * 5,
        "A history of inland shipping.",
    ),
]
