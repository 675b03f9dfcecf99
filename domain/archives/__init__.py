"""The whole site as one portable file: what its editors made, without secrets, people's accounts
and figures."""
