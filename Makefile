# Every target is one command of the runner in platform/src; bootstrap.sh brings Node and pnpm first.
.DEFAULT_GOAL := help
.PHONY: help up down status logs dev events test check format types bench prove-install generate new-service clean
ALTA := sh platform/bootstrap.sh

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5); next } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

##@ Run
up: ## bring everything up, push samples/ through, leave it running
	@$(ALTA) up
down: ## stop everything that `make up` started (CLEAN=1 drops its data too)
	@$(ALTA) down $(if $(CLEAN),--clean)
status: ## every process: pid, port, health, restarts, uptime
	@$(ALTA) status
logs: ## print a log: s=ocr, s=ocr-daprd, s=supervisor; f=1 follows, n=200 lines
	@$(ALTA) logs $(s) $(if $(f),--follow) $(if $(n),--lines=$(n))
dev: ## run in the foreground, restart services when their source changes
	@$(ALTA) dev
clean: ## stop, drop the database, the vhost and the Redis keys, remove .alta/
	@$(ALTA) down --clean

##@ Verify
check: ## format, lint, types, unused code, generated files, links, file sizes
	@$(ALTA) check
test: ## checks, unit and integration tests, system tests; ends with the sums
	@$(ALTA) test
types: ## type check only
	@$(ALTA) types
format: ## format and fix what can be fixed
	@$(ALTA) format
bench: ## latencies and rates on this machine
	@$(ALTA) bench
prove-install: ## a clean Debian root by debootstrap, from git clone to the table (root only)
	@sh platform/prove/install-from-nothing.sh

##@ Build
events: ## which event is published and handled by whom; refreshes the README's table
	@$(ALTA) events
generate: ## write the Dapr components, the topology and the event table from the contracts
	@$(ALTA) generate
new-service: ## make a service that passes every check: NAME=orders
	@$(ALTA) new-service "$(NAME)"
