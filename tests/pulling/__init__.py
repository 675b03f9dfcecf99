"""Pulling, in this process, from a real sandbox server, with a clock the tests turn."""
