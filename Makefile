# Every target is one command of the runner in platform/src; bootstrap.sh brings Node and pnpm first.
.DEFAULT_GOAL := help
.PHONY: help up down status logs dev observe events test test-browser check format types bench faults attacks drill restore-drill verify-audit prove-install generate new-service release-contracts clean kind-up kind-down cluster-up cluster-down check-cluster
ALTA := sh platform/bootstrap.sh

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5); next } \
	  /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

##@ Run
up: ## bring everything up, push samples/ through, leave it running
	@$(ALTA) up
down: ## stop everything that `make up` started (CLEAN=1 drops its data too; YES=1 without asking)
	@$(ALTA) down $(if $(CLEAN),--clean) $(if $(YES),--yes)
status: ## every process: pid, port, health, restarts, uptime
	@$(ALTA) status
logs: ## print a log: s=ocr, s=ocr-daprd, s=supervisor; f=1 follows, n=200 lines
	@$(ALTA) logs $(s) $(if $(f),--follow) $(if $(n),--lines=$(n))
dev: ## run in the foreground, restart services when their source changes
	@$(ALTA) dev
observe: ## Prometheus over the running platform, with our alerts (VERIFY=1: does every panel and rule have data?)
	@$(ALTA) observe $(if $(VERIFY),--verify)
clean: ## stop, drop the database, the vhost and the Redis keys, remove .alta/
	@$(ALTA) down --clean $(if $(YES),--yes)

##@ Verify
check: ## format, lint, types, unused code, generated files, links, file sizes, alerts, charts
	@$(ALTA) check
test: ## checks, unit and integration tests, system and fault tests; ends with the sums (ONLY=services/ocr: its tests alone)
	@$(ALTA) test $(if $(ONLY),--only=$(ONLY))
test-browser: ## a real browser over every page: keyboard, contrast, errors (ONLY=oauth; WRITE=1 writes docs/screens)
	@$(ALTA) test-browser $(if $(ONLY),--only=$(ONLY)) $(if $(WRITE),--write)
types: ## type check only
	@$(ALTA) types
format: ## format and fix what can be fixed
	@$(ALTA) format
bench: ## rates and latencies beside peers on this machine (WRITE=1, SHORT=1, LONG=1; ONLY=exactly-once,relay; PEERS=celery)
	@$(ALTA) bench $(if $(LONG),--long) $(if $(SHORT),--short) $(if $(WRITE),--write) $(if $(ONLY),--only=$(ONLY)) $(if $(PEERS),--peers=$(PEERS))
faults: ## break everything it rests on, count what is lost (LONG=1: at most an hour; ONLY=F6,F7; SEED=7; TRANSPORT=dapr)
	@$(ALTA) faults $(if $(LONG),--long) $(if $(SEED),--seed=$(SEED)) $(if $(ONLY),--only=$(ONLY)) $(if $(TRANSPORT),--transport=$(TRANSPORT))
attacks: ## every route as everybody, broken tokens, 12,000 requests at random: who gets in? (ONLY=tokens; SEED=7; KEEP=1)
	@$(ALTA) attacks $(if $(KEEP),--keep) $(if $(SEED),--seed=$(SEED)) $(if $(ONLY),"--only=$(ONLY)")
drill: ## things go wrong while people work: which alerts say so, how soon (ONLY=ServiceDown,QueueLost; WRITE=1)
	@$(ALTA) drill $(if $(WRITE),--write) $(if $(ONLY),--only=$(ONLY))
restore-drill: ## the database is destroyed and restored to a moment, the platform made anew: what is missing? (WRITE=1)
	@$(ALTA) restore-drill $(if $(WRITE),--write)
verify-audit: ## follow the audit log's chain and hold it against its anchors; FILE=export.ndjson checks an export
	@$(ALTA) verify-audit $(FILE)
prove-install: ## a clean Debian root by debootstrap, from git clone to the table (root only)
	@sh platform/prove/install-from-nothing.sh

##@ Cluster
cluster-up: ## a node of Kubernetes on this machine with Alta on it; needs root and no Docker (the first time builds for long)
	@$(ALTA) cluster-up
cluster-down: ## remove it; the machine is as it was before
	@$(ALTA) cluster-down
check-cluster: ## manifests before a real API server, Alta on a real node: updates, evictions, kills (KEEP=1; ONLY=4-rollout)
	@$(ALTA) check-cluster $(if $(KEEP),--keep) $(if $(ONLY),--only=$(ONLY))
kind-up: ## a cluster of kind with a registry and everything that is not ours; then `skaffold dev` (needs Docker)
	@sh k8s/kind/up.sh
kind-down: ## remove that cluster and its registry
	@sh k8s/kind/down.sh

##@ Build
events: ## which event is published and handled by whom; refreshes the README's table
	@$(ALTA) events
generate: ## write the Dapr components, the topology and the event table from the contracts
	@$(ALTA) generate
release-contracts: ## note events and migrations as released; `make check` then refuses what breaks them
	@$(ALTA) release-contracts
new-service: ## make a service that passes every check: NAME=orders
	@$(ALTA) new-service "$(NAME)"
