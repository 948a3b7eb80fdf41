"""What providers are called, and the realms in which their results count (IDENTITY 6). Any other realm is a host."""

OFFICIAL = "official"
SIMULATOR = "simulator"
"""A service on this machine: rehearsals never pass for the real thing."""

PLACEHOLDER = "placeholder"
"""The provider in process, and its realm: free, drawn again where it is missing, in no store."""

RETRODIFFUSION = "retrodiffusion"
PROVIDERS = (RETRODIFFUSION, PLACEHOLDER)

DEFAULT_URL = "https://api.retrodiffusion.ai/v2"
