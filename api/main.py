"""What the HTTP server runs: the application, configured from the environment."""

from api.app import create_app
from settings import load_settings

app = create_app(load_settings())
