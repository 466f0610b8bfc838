"""The invented office of `attendance demo`: people, papers, terminals, punches; pure data, the same for a seed."""

from api.cli.demo.history import SITUATIONS, LivePunch, LoggedPunch
from api.cli.demo.office import DemoOffice, build_office
from api.cli.demo.setting import DemoTerminal, Login

__all__ = ["SITUATIONS", "DemoOffice", "DemoTerminal", "LivePunch", "LoggedPunch", "Login", "build_office"]
