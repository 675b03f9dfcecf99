"""The comparator: stock Strawberry over Tortoise, as a careful developer writes it by the book."""
