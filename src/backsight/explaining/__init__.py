"""Derivations in words, symbols and numbers, all read off Programs."""
