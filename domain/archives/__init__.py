"""The whole site as one portable file: all that readers and editors see, without a secret."""
