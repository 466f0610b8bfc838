"""Promises that are kept only when everything stands together: pages in a browser, commands, a whole demo."""
