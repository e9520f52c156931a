"""Looks: colour and size tokens, the style sheet made from them, painted marks and small widgets."""
