"""A site without a road: it pulls its terminals, keeps everything, and forwards sealed segments; the centre files them.

At the site: `sealing` makes segments of what was pulled, `centre` speaks to the centre, `forwarding` brings them there
in order, `running` does both for as long as it runs. At the centre: `receiving` checks and keeps them, `filing` files
them as pulls. Both sides share `segment` and `framing`.
"""

from device_sync.agent.forwarding import Forwarder
from device_sync.agent.receiving import Receiver
from device_sync.agent.running import Agent

__all__ = ["Agent", "Forwarder", "Receiver"]
