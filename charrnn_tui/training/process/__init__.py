"""Processes and transport: messages, the child process, runs in the background."""
