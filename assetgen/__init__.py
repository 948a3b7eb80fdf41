"""assetgen: a build tool for generated pixel art."""

__version__ = "0.1.0"
