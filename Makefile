# Thin wrappers for those who type make: npm scripts do the work.

.PHONY: release pool-full pool-server miner wallet install-pool-full install-pool-server install-nockchain help

help:
	@echo "make release      build everything into dist/"
	@echo "make pool-server  start a pool server (ARGS=\"-p ADDRESS\")"
	@echo "make miner        start a miner (ARGS=\"127.0.0.1 --threads 2\")"
	@echo "make wallet       the wallet (ARGS=\"keygen\")"

release pool-full:
	npm run build

pool-server:
	npm start --silent -- pool-server $(ARGS)

miner:
	npm start --silent -- miner $(ARGS)

wallet:
	npm start --silent -- wallet $(ARGS)

# Puts pitboss, pool-server, miner and nockchain-wallet on the PATH of npm.
install-pool-full install-pool-server install-nockchain: release
	npm install --global --no-audit --no-fund .
