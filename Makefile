# SPDX-License-Identifier: Apache-2.0
# Makefile - every source is listed by hand, in the order of the layers.
#
#   make            build/ztauth, build/libztauth.{a,so}
#   make check      all tests            make asan, make tsan   the same, watched
#   make fuzz       fuzz targets         make bench             measurements
#   make lint       layers, symbols, style, warnings of other compilers
#   make install    DESTDIR= PREFIX=/usr/local LIBDIR=$(PREFIX)/lib
#   make uninstall  the same

CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build
OPT ?= -O2 -g
SAN ?=

WARN = -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wvla \
       -Wstrict-prototypes -Wwrite-strings -pedantic -Werror
CPPFLAGS = -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -Iinclude -Isrc
CFLAGS = -std=c11 $(OPT) $(WARN) -fvisibility=hidden -fPIC \
         -fstack-protector-strong -fno-strict-aliasing -MMD -MP $(SAN)
LDFLAGS = $(SAN) -Wl,-z,relro,-z,now
LDLIBS = -lssl -lcrypto -lcurl -lhttp_parser -lpq -lsqlite3 -lxml2 \
         -lxmlsec1-openssl -lxmlsec1 -lz -pthread
# How libxmlsec1 was built is in the defines that it asks for.
XML_CPPFLAGS := $(subst -I,-isystem ,$(shell pkg-config --cflags xmlsec1-openssl))

BASE = arena b64 buf build deflate diff diff_merge diff_text error file json \
       json_copy json_elements json_node json_number json_string json_write \
       map random shared sort status str time uri url utf8 watched

CRYPTO = cert digest hash_tree jwk key rsa_key secret sign siphash ssh_agent \
         ssh_allowed ssh_key ssh_private ssh_sig ssh_wire tls tls_peer \
         tls_setup tls_tickets x509 x509_path
CEDAR = ancestors ast authorize buckets caps code code_reads compile conform \
        declared engine engine_base entities entities_json environments \
        escape eval eval_truth explain expr_text ext ext_datetime ext_decimal \
        ext_ipaddr find findings format format_break format_comments \
        format_layout format_survey formats index levels lex lines names \
        parse_expr parse_node parse_operand parse_policy parse_schema \
        parse_schema_action parse_schema_type parser policies policies_index \
        policy_file policy_json_expr policy_json_link policy_json_node \
        policy_json_out policy_json_part policy_json_read policy_json_scope \
        policy_json_value policy_json_write policy_text quote request \
        residual rules schema schema_formats schema_json_read \
        schema_json_type schema_json_write schema_lineage schema_resolve \
        schema_scope schema_text_write schema_type scope search search_index \
        session shapes type_notes typecheck typecheck_access \
        typecheck_compare typecheck_in typecheck_make typecheck_plain \
        typecheck_rules types validate value value_json value_text where
STORE = memory object_table oid pgsql pgsql_call pgsql_link pgsql_object \
        pgsql_query sqlite sqlite_open sqlite_query store turn
XML = scan signature xml
IDENTITY = api_key api_key_edit api_key_file api_key_pepper api_keys binding \
           bundle_endpoint claims client_auth demands dpop followed jose jwks \
           jws keys kind kind_api_key kind_introspection kind_jwt kind_saml \
           kind_spiffe kind_wimse known live mapping need principal proof \
           refusal registered revocation_edit revocations ring saml \
           saml_claims saml_conditions saml_signature saml_subject source \
           source_bundle source_claims source_file source_jose source_proof \
           spent spiffe_bundle spiffe_id status_check status_list token used \
           verify wpt x509_svid
LOG = cbor checkpoint consistency copy cosignature cosigning erase \
      erase_requests frame hold ids journal lag leaf leaf_copy leaf_fields \
      leaf_json log log_policy log_policy_judge masks merkle nodes nodes_look \
      note opening openings openings_run openings_view publish query reader \
      receipt regrow resume retain retain_log rows segment sequencer shipment \
      skip tile_name tree verify verify_records verify_segments verify_tree \
      view write
LEDGER = commit commit_sign commit_text ledger ledger_files ledger_needs \
         manifest name object pack places tree tree_build tree_diff \
         tree_object
TRUST = chain_put chain_take delegators domains elevation elevation_question \
        foreign grant grant_chain grant_make grant_read grant_show \
        grant_show_json grants grants_compact grants_copy grants_edit \
        grants_line grants_read model quarantine seal seal_tree stated_keys \
        statement statement_make statement_read txn_token
PDP = consent decide delegation evaluations finder issue issue_grants \
      issue_proofs issue_standing may_act prove question question_context \
      question_entity record register register_record replay request sealing \
      search search_request snapshot snapshot_base snapshot_schema \
      snapshot_trust transaction zone_keys
HTTP = client conn conn_answer conn_request conn_wire gate http stream
EXPORT = cursor event exporter ocsf otlp print sink syslog
PEP = answer ask batch decide exchange part pep
PAP = admit ask ask_again bundle check crew difference files findings folder \
      git_fetch git_pack git_upload grant_remote import latest log_look \
      log_tiles memo memo_place names pairs pktline plan plan_log policy_diff \
      recall recall_note receipt_fetch receipt_recheck receive recheck \
      recorded remote remote_ask remote_grants remote_log remote_open \
      remote_push remote_revocations replay replay_groups replayed replayer \
      report resolve server show signer signers statements test_outcome \
      test_read tests transfer transfer_read trust_edit trust_explain \
      trust_statements trust_view versions why why_changes why_find \
      why_grants why_policies why_rings why_workload workspace \
      workspace_blame workspace_checkout workspace_commit workspace_config \
      workspace_diff workspace_draft workspace_init workspace_log \
      workspace_remote workspace_revert

LIB_SRC = $(BASE:%=src/base/%.c) $(CRYPTO:%=src/crypto/%.c) \
          $(CEDAR:%=src/cedar/%.c) $(LOG:%=src/log/%.c) \
          $(STORE:%=src/store/%.c) $(LEDGER:%=src/ledger/%.c) \
          $(XML:%=src/xml/%.c) $(IDENTITY:%=src/identity/%.c) \
          $(TRUST:%=src/trust/%.c) $(PDP:%=src/pdp/%.c) \
          $(PEP:%=src/pep/%.c) $(PAP:%=src/pap/%.c) \
          $(HTTP:%=src/http/%.c) $(EXPORT:%=src/export/%.c)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o)

API = access collector collector_desk deciding decision delegations \
      delegations_change evaluation evaluations fetch_desk fetcher form git \
      health host ledger_desk ledger_job ledger_record ledger_route ledgers \
      ledgers_grants ledgers_history ledgers_objects ledgers_refs \
      ledgers_revocations ledgers_write log_desk metadata openapi outside \
      presented seal search service signed_request tally token token_form witness \
      witness_desk
DAEMON = admin asking certificate chronicle config config_export develop \
         exports file_state follow grants_mirror hoard init keeper log_signer \
         meter mirror notify revocations_mirror sandbox_calls sandbox_files say serve \
         serving_changes serving_log serving_sandbox shipper watch \
         witness_ask witness_signer witnesses workers
CLI = apikey blame cedar cedar_explain cedar_format cedar_search \
      cedar_validate checkout cli commit completion delegate delegate_accept delegate_at \
      delegate_grant delegate_show diff explain explain_json explain_print \
      history init init_server key ledger log log_export log_keep log_nodes \
      log_query log_replay log_search log_stats log_witness main pep \
      pep_decide plan receipt replay_groups replay_progress revert revoke \
      serve show status survey sync terminal test token trust trust_edit \
      trust_explain trust_show trust_statement validate workspace zone

PROG_SRC = $(API:%=src/api/%.c) $(DAEMON:%=src/daemon/%.c) $(CLI:%=src/cli/%.c)
PROG_OBJ = $(PROG_SRC:%.c=$(BUILD)/%.o)

UNIT = admit alloc api_key base binding cedar check consent consistency \
       cosignature cosigning decide diff difference dpop evaluations export \
       finder followed foreign gate grant grant_chain grant_make grant_show \
       grants grants_copy grants_fault grants_random http_gate journal json \
       jwt keeper known ledger log log_cut log_find log_lag log_policy \
       log_signer log_tree masks may_act merkle merkle_vectors metamorphic \
       nomem note object openings pack pep pep_answer pep_batch pep_link \
       pep_part pep_sent quarantine random receipt receive_fault recheck \
       remote replay retain revocations ring saml sandbox schema seal search \
       search_random ship snapshot_base spent spiffe ssh statement status_list \
       store store_fault store_pgsql store_sqlite tls transaction transfer \
       tree trust txn_token uri used validate watched wimse witness_signer \
       workspace x509

FUZZ = bundle cosign diff difference entities evaluations export format grant \
       grants http json jwks jwt lists log masks memo note object opening \
       outside pack pep pep_part pktline policy policyjson proof quarantine \
       replay request saml schema seal search searching ship spiffe ssh \
       statement tests transfer trust workspace x509

all: $(BUILD)/ztauth $(BUILD)/libztauth.so

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# What was judged by one build is not believed by another: see src/base/build.h.
SOURCES = $(LIB_SRC) $(wildcard src/*/*.h include/*/*.h)
$(BUILD)/src/base/build.o: $(SOURCES)
$(BUILD)/src/base/build.o: CPPFLAGS += -DZTA_SOURCES='"$(shell \
    cat $(SOURCES) | sha256sum | cut -c1-64)"'

$(BUILD)/src/api/openapi.o: src/api/openapi.json

$(BUILD)/src/xml/%.o $(BUILD)/fuzz/src/xml/%.o: CPPFLAGS += $(XML_CPPFLAGS)

$(BUILD)/libztauth.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libztauth.so: $(LIB_OBJ)
	$(CC) -shared -Wl,-soname,libztauth.so.0 $^ -o $@ $(LDFLAGS) $(LDLIBS)

$(BUILD)/ztauth: $(PROG_OBJ) $(BUILD)/libztauth.a
	$(CC) $^ -o $@ $(LDFLAGS) $(LDLIBS) -lseccomp

# A program of its own, for it needs what nothing else does: the clients of NATS
# and of Kafka. It is built where they are.
PUBLISH = cursor kafka main nats
PUBLISH_BIN := $(if $(shell pkg-config --exists libnats rdkafka && echo y), \
    $(BUILD)/ztauth-publish)

$(BUILD)/ztauth-publish: $(PUBLISH:%=$(BUILD)/src/publish/%.o) \
    $(BUILD)/libztauth.a
	$(CC) $^ -o $@ $(LDFLAGS) -lnats -lrdkafka $(LDLIBS)

publish: $(BUILD)/ztauth-publish

# --- tests

UNIT_BIN = $(UNIT:%=$(BUILD)/tests/unit/test_%)

$(BUILD)/tests/unit/test_%: tests/unit/test_%.c $(BUILD)/libztauth.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(filter %.c,$^) -o $@ $(LDFLAGS) \
	    $(BUILD)/libztauth.a -lcmocka $(LDLIBS)

$(BUILD)/tests/unit/test_metamorphic: tests/unit/world.c \
    tests/unit/world.h tests/unit/world_change.c tests/unit/world_write.c

$(BUILD)/tests/unit/test_pep $(BUILD)/tests/unit/test_pep_link \
    $(BUILD)/tests/unit/test_pep_part $(BUILD)/tests/unit/test_pep_sent: \
    tests/unit/peer.c tests/unit/peer.h tests/unit/pep_case.h

$(BUILD)/tests/unit/test_nonces: src/api/nonces.c

$(BUILD)/tests/unit/test_log_cut $(BUILD)/tests/unit/test_log_signer: \
    src/daemon/hoard.c src/daemon/log_signer.c
$(BUILD)/tests/unit/test_sandbox: src/daemon/sandbox_calls.c \
    src/daemon/sandbox_files.c

$(BUILD)/tests/unit/test_witness_signer: src/daemon/hoard.c \
    src/daemon/witness_signer.c

$(BUILD)/tests/unit/test_keeper: src/daemon/hoard.c src/daemon/keeper.c \
    src/daemon/log_signer.c src/daemon/sandbox_calls.c \
    src/daemon/sandbox_files.c src/daemon/witness_signer.c
$(BUILD)/tests/unit/test_keeper $(BUILD)/tests/unit/test_sandbox: \
    LDLIBS += -lseccomp

$(BUILD)/tests/unit/test_spiffe $(BUILD)/tests/unit/test_tls \
    $(BUILD)/tests/unit/test_x509: tests/unit/certificates.c \
    tests/unit/certificates.h

# The linker lets one test count allocations, and those of another fail.
$(BUILD)/tests/unit/test_alloc: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc \
    -Wl,--wrap=realloc,--wrap=free,--wrap=mmap
$(BUILD)/tests/unit/test_nomem $(BUILD)/tests/unit/test_pep_link \
    $(BUILD)/tests/unit/test_workspace: LDFLAGS += \
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# An evaluator that goes wrong, and allocations that fail.
$(BUILD)/tests/unit/test_replay: LDFLAGS += \
    -Wl,--wrap=zta_pdp__decide_again,--wrap=malloc,--wrap=calloc \
    -Wl,--wrap=realloc

$(BUILD)/tests/unit/test_grants_fault: LDFLAGS += -Wl,--wrap=write \
    -Wl,--wrap=fsync,--wrap=fdatasync,--wrap=ftruncate,--wrap=rename

$(BUILD)/tests/unit/test_log_cut: tests/unit/cut_disk.h tests/unit/cut_found.h
$(BUILD)/tests/unit/test_log_cut: LDFLAGS += -Wl,--wrap=open,--wrap=close \
    -Wl,--wrap=mkostemp,--wrap=mkdir,--wrap=write,--wrap=pwrite \
    -Wl,--wrap=fsync,--wrap=fdatasync,--wrap=ftruncate,--wrap=rename \
    -Wl,--wrap=unlink

unit: $(UNIT_BIN)
	@tests/run $(UNIT_BIN)

$(BUILD)/tests/conform/cedar_corpus: tests/conform/cedar_corpus.c \
    $(BUILD)/libztauth.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< -o $@ $(LDFLAGS) \
	    $(BUILD)/libztauth.a $(LDLIBS)

conform: $(BUILD)/tests/conform/cedar_corpus
	BUILD=$(abspath $(BUILD)) tests/conform/run

# Programs that the tests there talk to.
INTEROP_BIN = $(BUILD)/tests/interop/ledgers \
    $(BUILD)/tests/interop/log_writer $(BUILD)/tests/interop/objects \
    $(BUILD)/tests/interop/puller $(BUILD)/tests/interop/receipts \
    $(BUILD)/tests/interop/signatures $(BUILD)/tests/interop/workspaces

$(INTEROP_BIN): $(BUILD)/tests/interop/%: tests/interop/%.c \
    $(BUILD)/libztauth.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< -o $@ $(LDFLAGS) \
	    $(BUILD)/libztauth.a $(LDLIBS)

# --- fuzzing: FUZZ_CC with libFuzzer; a plain build replays the corpus

FUZZ_CC ?= clang-14
FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer,address,undefined \
             -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_BIN = $(FUZZ:%=$(BUILD)/fuzz/fuzz_%)
FUZZ_OBJ = $(LIB_SRC:%.c=$(BUILD)/fuzz/%.o)

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) -std=c11 -U_FORTIFY_SOURCE -MMD -MP -O1 -g \
	    -fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=all -c $< -o $@

$(BUILD)/fuzz/libztauth.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/fuzz/fuzz_%: fuzz/fuzz_%.c $(BUILD)/fuzz/libztauth.a
	$(FUZZ_CC) $(CPPFLAGS) -std=c11 -U_FORTIFY_SOURCE $(FUZZ_FLAGS) $< \
	    -o $@ $(BUILD)/fuzz/libztauth.a $(LDLIBS)

fuzz: $(FUZZ_BIN)

# Replay every kept input with the ordinary compiler, as a test.
$(BUILD)/fuzz/replay_%: fuzz/fuzz_%.c fuzz/replay.c $(BUILD)/libztauth.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MF $@.d $< fuzz/replay.c -o $@ \
	    $(LDFLAGS) $(BUILD)/libztauth.a $(LDLIBS)

replay: $(FUZZ:%=$(BUILD)/fuzz/replay_%)
	@for t in $(FUZZ); do \
	    $(BUILD)/fuzz/replay_$$t fuzz/corpus/$$t || exit 1; done

REPLAY = $(foreach t,$(FUZZ),"$(BUILD)/fuzz/replay_$(t) fuzz/corpus/$(t)")
CONCURRENT = $(wildcard tests/daemon/test_* tests/fault/test_*) examples/shop/run
SCRIPTS = tests/conform/run $(wildcard tests/cli/test_* tests/interop/test_*) \
          $(CONCURRENT)
STORIES = $(filter-out examples/shop/run,$(wildcard examples/*/run))
MODELS = tests/model/run

check: all $(PUBLISH_BIN) $(UNIT_BIN) $(FUZZ:%=$(BUILD)/fuzz/replay_%) \
    $(BUILD)/tests/conform/cedar_corpus $(INTEROP_BIN)
	@BUILD=$(abspath $(BUILD)) ZTAUTH=$(abspath $(BUILD))/ztauth \
	    tests/run $(UNIT_BIN) $(REPLAY) $(SCRIPTS) $(STORIES) $(MODELS)

# The same tests under sanitizers, each in a build of its own; under tsan those
# that have threads.
asan:
	@ASAN_OPTIONS=detect_stack_use_after_return=1 \
	    $(MAKE) -s check BUILD=build/asan OPT='-O1 -g' MODELS= \
	    SAN='-fsanitize=address,undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer -U_FORTIFY_SOURCE'

tsan:
	@TSAN_OPTIONS=halt_on_error=1 $(MAKE) -s check BUILD=build/tsan \
	    FUZZ= MODELS= STORIES= SCRIPTS='$(CONCURRENT)' OPT='-O1 -g' SAN='-fsanitize=thread -U_FORTIFY_SOURCE'

lint: all
	@tools/lint

# --- measurements

BENCH = $(BUILD)/bench/bound $(BUILD)/bench/chain $(BUILD)/bench/decide \
        $(BUILD)/bench/grants $(BUILD)/bench/identity $(BUILD)/bench/load \
        $(BUILD)/bench/log $(BUILD)/bench/record \
        $(BUILD)/bench/replay $(BUILD)/bench/sealed \
        $(BUILD)/bench/search
BENCH_SIGNATURES = $(BUILD)/bench/raw.o $(BUILD)/bench/turns.o

$(BUILD)/bench/chain: $(BENCH_SIGNATURES)
$(BUILD)/bench/decide $(BUILD)/bench/record: $(BUILD)/bench/asked.o
$(BUILD)/bench/identity: $(BUILD)/src/daemon/hoard.o \
    $(BUILD)/src/daemon/log_signer.o $(BUILD)/src/daemon/witness_signer.o \
    $(BUILD)/src/daemon/sandbox_calls.o $(BUILD)/src/daemon/sandbox_files.o \
    $(BUILD)/src/daemon/keeper.o $(BENCH_SIGNATURES)
$(BUILD)/bench/identity: LDLIBS += -lseccomp

$(BENCH): $(BUILD)/bench/%: bench/%.c $(BUILD)/bench/workload.o \
    $(BUILD)/libztauth.a
	$(CC) $(CPPFLAGS) $(CFLAGS) $(filter %.c %.o,$^) $(filter %.a,$^) -o $@ \
	    $(LDFLAGS) $(LDLIBS)

bench: all $(BENCH)
	@BUILD=$(abspath $(BUILD)) bench/run

# --- installation

# Debian has LIBDIR=/usr/lib/<its name of the machine>.
LIBDIR ?= $(PREFIX)/lib

install: all
uninstall:
install uninstall:
	@BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' \
	    LIBDIR='$(LIBDIR)' packaging/install $@

clean:
	rm -rf build

# Not those of packages, which are built in a copy.
-include $(shell find $(BUILD) -path $(BUILD)/deb -prune -o -name '*.d' -print \
    2>/dev/null)

.PHONY: all publish unit conform check asan tsan lint fuzz replay bench install uninstall clean
