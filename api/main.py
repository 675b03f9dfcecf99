"""What the HTTP server runs: the application, configured from the environment."""

import os
from pathlib import Path

from api.app import create_app
from api.metrics.snapshots import DIRECTORY
from settings import load_settings

directory = os.environ.get(DIRECTORY)
app = create_app(
    load_settings(),
    metrics_directory=Path(directory) if directory else None,
    hears_signals=True,
)
