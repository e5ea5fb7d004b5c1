"""Who is calling: passwords, tokens, keys and the secrets behind them. Crypto only: no storage, no HTTP."""
