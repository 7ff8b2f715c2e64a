/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit of ztauth, with its reason. A limit that is passed gives
 * ZTA_ELIMIT; tests/unit/test_limits.c walks up to each one and over it.
 */
#ifndef ZTA_BASE_LIMITS_H
#define ZTA_BASE_LIMITS_H

/* Nesting of JSON arrays and objects. SPEC: ztauth 10 */
#define ZTA_JSON_DEPTH_MAX 64
/* One JSON text: offsets are 32 bits and a node is at least one byte. */
#define ZTA_JSON_TEXT_MAX ((size_t)1 << 30)

/* One policy or schema file: positions are 32 bits. */
#define ZTA_CEDAR_TEXT_MAX ((size_t)1 << 30)
/* Nesting of an expression; bounds the C stack of whoever walks it to 1 MiB. */
#define ZTA_CEDAR_DEPTH_MAX 1000
/* Nesting of policies in JSON, where `a && b && c` nests with each operand. */
#define ZTA_CEDAR_JSON_DEPTH_MAX 16384
/* Nesting of a schema in JSON, where a record nests twice, and what is around. */
#define ZTA_CEDAR_SCHEMA_DEPTH_MAX (2 * ZTA_CEDAR_DEPTH_MAX + 16)
/* Ancestors of all types, of all actions: a chain has half of its square. */
#define ZTA_CEDAR_ANCESTORS_MAX (1u << 24)
/* Policies, or a schema, that are written in another form. */
#define ZTA_CEDAR_OUTPUT_MAX ((size_t)1 << 30)
/* Names, values and entities of one request: bounds its memory. */
#define ZTA_CEDAR_REQUEST_NAMES_MAX 65536
/* Memory of one decision: a request body is 1 MiB, its values take more. */
#define ZTA_CEDAR_REQUEST_MEMORY_MAX ((size_t)256 << 20)
/* Paths such as `resource.owner` that a search indexes: each costs about eight
 * bytes an entity. How long they are: longer ones are rare. */
#define ZTA_SEARCH_PATHS_MAX 64
#define ZTA_SEARCH_PATH_KEYS_MAX 4

/* One token, and its header: headers of HTTP end at 16 KiB. SPEC: ztauth 10 */
#define ZTA_JWS_MAX (16 * 1024)
#define ZTA_JWS_HEADER_MAX (4 * 1024)
/* Keys of one source: issuers publish a few, and each costs a lookup. */
#define ZTA_JWKS_KEYS_MAX 256
/* XML of a credential, and how its elements nest: assertions take some 10 KiB
 * and eight levels. Its elements and attributes: each is looked at. */
#define ZTA_XML_TEXT_MAX ((size_t)192 << 10)
#define ZTA_XML_DEPTH_MAX 32u
#define ZTA_XML_NODES_MAX 4096u
/* Attributes and namespaces of one element: each is compared with all others. */
#define ZTA_XML_ATTRIBUTES_MAX 64u
/* The same in base64. */
#define ZTA_SAML_MAX ((size_t)256 << 10)
/* Attributes of an assertion: each is looked for among all before it. */
#define ZTA_SAML_ATTRIBUTES_MAX 256u
/* Certificates of a SAML source: one is in use, one comes after it. */
#define ZTA_SAML_KEYS_MAX 16u
/* What is kept of tokens whose signature held: some 2 KiB each, shares of them
 * under a lock each, and the largest one that is kept. */
#define ZTA_KNOWN_MEMORY_MAX ((size_t)64 << 20)
#define ZTA_KNOWN_SHARES 64u
#define ZTA_KNOWN_TOKEN_MAX ((size_t)64 << 10)
/* A grant is registered when its delegator has just consented: not before, but
 * for clocks that differ, and within a day, for whoever has to bring it. */
#define ZTA_GRANT_CONSENT_AHEAD_MAX_MS INT64_C(60000)
#define ZTA_GRANT_CONSENT_AGE_MAX_MS INT64_C(86400000)
/* Longest leeway for clocks that differ, in seconds. */
#define ZTA_LEEWAY_MAX_S 300
/* Nonces and proofs that were used and could be used again, of those who share
 * room by their hash: a thousand a second of one key for two minutes, 5 MiB. */
#define ZTA_USED_SHARE_MAX 131072u
#define ZTA_USED_SHARES 16u
/* API keys of a file, the file, and one text of a key: all of them are read and
 * written whole. A life of ten years: a key has an end. */
#define ZTA_API_KEYS_MAX 100000u
#define ZTA_API_KEY_FILE_MAX ((size_t)256 << 20)
#define ZTA_API_KEY_TEXT_MAX 1024
#define ZTA_API_KEY_LIFETIME_MAX_S (3653 * 24 * 3600)
/* Lines of a list of revocations, and the list: it is read and written whole. */
#define ZTA_REVOCATIONS_MAX 100000u
#define ZTA_REVOCATION_FILE_MAX ((size_t)64 << 20)
/* A status list token, and its list: of 32 million tokens, 8 of them a byte. */
#define ZTA_STATUS_TOKEN_MAX ((size_t)4 << 20)
#define ZTA_STATUS_GRACE_MAX_S (24 * 3600)
#define ZTA_STATUS_LIST_MAX ((size_t)4 << 20)
/* Groups and roles that one credential may name: the token carries them all. */
#define ZTA_PRINCIPAL_PARENTS_MAX 256u
/* How long ago somebody may have to have signed in, in seconds. */
#define ZTA_AUTH_AGE_MAX_S (366 * 24 * 3600)
/* A key set, a discovery document, an answer about a token. */
#define ZTA_KEYS_TEXT_MAX ((size_t)1 << 20)
#define ZTA_DISCOVERY_MAX ((size_t)256 << 10)
#define ZTA_ANSWER_MAX ((size_t)64 << 10)
/* Key sets are fetched again as their headers say, but no sooner than this; how
 * often at most and at least, and how old they may become, in seconds. */
#define ZTA_KEYS_FRESH_MIN_MS INT64_C(60000)
#define ZTA_KEYS_REFRESH_MIN_S 1
#define ZTA_KEYS_REFRESH_MAX_S (24 * 3600)
#define ZTA_KEYS_AGE_MAX_S (7 * 24 * 3600)
/* A question about a token; the secret that goes with it; how long an answer may
 * be kept, in seconds: that a token was taken back is not seen meanwhile. */
#define ZTA_FORM_MAX ((size_t)128 << 10)
#define ZTA_CLIENT_SECRET_MAX 1024
#define ZTA_ANSWER_AGE_MAX_S 3600
/* What is kept of answers about tokens. */
#define ZTA_RING_MEMORY_MAX ((size_t)64 << 20)
/* How often one outside is asked for its keys: so many at once, and then one
 * each that long. The pause after a failure, doubled with each up to 64 times. */
#define ZTA_RING_CREDITS 5u
#define ZTA_RING_CREDIT_MS INT64_C(5000)
#define ZTA_RING_PAUSE_MS INT64_C(1000)
/* Calls that wait for something outside, threads that ask for it, how many of
 * them one source may have, how long one question may take. */
#define ZTA_FETCH_WAITERS_MAX 1000u
#define ZTA_FETCH_THREADS 4u
#define ZTA_FETCH_SOURCE_MAX 2u
#define ZTA_FETCH_MS 5000
#define ZTA_FETCH_CONNECT_MS 2000
#define ZTA_FETCH_CALL_MS 60000
/* How soon the bundle of a trust domain is looked for again, whatever it says. */
#define ZTA_SPIFFE_REFRESH_MIN_S 30
#define ZTA_SPIFFE_REFRESH_MAX_S 86400
/* Longest SPIFFE ID. SPEC: spiffe-id 2.3 */
#define ZTA_SPIFFE_ID_MAX 2048

/* One file of a ledger: a text that people review. */
#define ZTA_LEDGER_FILE_MAX ((size_t)256 << 20)
/* Files of a ledger, and how deep its directories nest: paths stay short. */
#define ZTA_LEDGER_FILES_MAX 1000000u
#define ZTA_LEDGER_DEPTH_MAX 16u
/* Trust levels, which people tell apart. */
#define ZTA_TRUST_LEVELS_MAX 256u
/* Security groups: each is looked at for every ring of every decision. */
#define ZTA_TRUST_GROUPS_MAX 10000u
/* Domains whose statements count, and statements: a signature each to verify
 * when a version is loaded, and all are looked at for a foreign workload. */
#define ZTA_TRUST_DOMAINS_MAX 1000u
#define ZTA_STATEMENTS_MAX 1000u
/* A statement: it may hold the keys and roots of a domain. */
#define ZTA_STATEMENT_MAX ((size_t)256 << 10)
/* Names and subjects in one list of a statement. */
#define ZTA_STATEMENT_LIST_MAX 64u
/* Identity sources: each may claim a credential. */
#define ZTA_SOURCES_MAX 1024u
/* Name of a file or directory: that of most file systems. */
#define ZTA_LEDGER_NAME_MAX 255u
/* A commit: a message that people read, and a signature. */
#define ZTA_COMMIT_MAX ((size_t)64 << 10)
/* Name or email of who commits. */
#define ZTA_COMMIT_PERSON_MAX 256u
/* Partitions of a ledger: they are decided as one set. */
#define ZTA_LEDGER_PARTITIONS_MAX 1024u

/* Findings that are listed of one ledger: nobody reads more at a time. */
#define ZTA_LEDGER_FINDINGS_MAX 1000u
/* Decision tests of a ledger: all of them run before every commit. */
#define ZTA_LEDGER_TESTS_MAX 10000u
/* One object of a ledger: a file, or the list of all of them. */
#define ZTA_STORE_OBJECT_MAX ZTA_LEDGER_FILE_MAX
/* The name of a ref, the key of a value: they stand in messages. */
#define ZTA_STORE_NAME_MAX 255u
/* Zone and name of a ledger: they stand in paths of URLs. */
#define ZTA_STORE_LEDGER_MAX 64u
/* One value beside a ledger: configuration, never content. */
#define ZTA_STORE_VALUE_MAX ((size_t)1 << 20)
/* How long a call waits for other writers; how long one statement may take. */
#define ZTA_STORE_BUSY_MS 10000
#define ZTA_STORE_STATEMENT_MS 60000
/* How often a waiter looks for changes that another process made. */
#define ZTA_STORE_POLL_MS 20

/* One transfer to a server, and how many of them it holds at a time. */
#define ZTA_UPLOAD_MAX ((size_t)256 << 20)
#define ZTA_UPLOADS_MAX 4
/* Calls that wait for a change of a ledger: all are looked at when there is one.
 * How long they may wait. */
#define ZTA_LEDGER_WAITERS_MAX 1000u

/* Versions that are kept so that the next ones need load little: memory. */
#define ZTA_LATEST_MAX 8u
#define ZTA_LEDGER_WAIT_MS 60000
/* How long a push may take: all commits and tests of it. */
#define ZTA_LEDGER_CALL_MS 600000
/* New commits that are taken at a time: each is judged, which takes a while. */
#define ZTA_RECEIVE_COMMITS_MAX 1000u
/* A transfer of objects: an answer ends with the commit that brings it to this
 * size; one that is sent in parts has parts of about this size. */
#define ZTA_TRANSFER_PART ((size_t)16 << 20)
/* All of one: the first commit of a ledger cannot be parted when it is fetched.
 * Its objects: the files of the largest ledger and their directories. */
#define ZTA_TRANSFER_MAX ((size_t)1 << 30)
/* How many times its own bytes one that is compressed may hold: policies come to
 * 20, and a body must not take much more memory than its sender spent on it. */
#define ZTA_TRANSFER_RATIO_MAX 64u
/* What differences of one may name and make together: bases and objects. It is
 * of the order of a part, for a few bytes ask for it. */
#define ZTA_TRANSFER_DIFFERENCES_MAX ((size_t)128 << 20)
#define ZTA_TRANSFER_OBJECTS_MAX (2 * ZTA_LEDGER_FILES_MAX)

/* Those whose grants count: people of a zone who delegate, and agents. */
#define ZTA_DELEGATORS_MAX 100000u
/* Who may take back whatever was given: asked one by one. */
#define ZTA_DELEGATION_ADMINISTRATORS_MAX 64u
/* A grant: what a person is to read, and what each decision compares. */
#define ZTA_GRANT_ACTIONS_MAX 64u
#define ZTA_GRANT_RESOURCES_MAX 64u
#define ZTA_GRANT_NAME_MAX 1024u
#define ZTA_GRANT_STATEMENT_MAX 1024u
#define ZTA_GRANT_PURPOSE_MAX 256u
#define ZTA_GRANT_WHEN_MAX 4096u
#define ZTA_GRANT_JTI_MIN 16u
#define ZTA_GRANT_JTI_MAX 64u
/* No authority is given for longer than a year and a day. */
#define ZTA_GRANT_LIFETIME_MAX_S (INT64_C(366) * 24 * 3600)
/* Grants of a chain: each is a signature to verify at every decision. */
#define ZTA_GRANT_CHAIN_MAX 8u
/* Grants of a file, with those that have ended: a zone knows a million, each of
 * which takes some 200 bytes of memory. */
#define ZTA_GRANTS_MAX 2000000u
/* Tokens of them that are held in memory, of about a kilobyte each: those in use
 * at a time are few, and a file is asked in a fifth of a microsecond. */
#define ZTA_GRANTS_RECENT 256u
/* Lines of it that a follower is given at a time. */
#define ZTA_GRANTS_PAGE_MAX ((size_t)4 << 20)

/* Name of a channel: topics and queues have less. */
#define ZTA_SEAL_CHANNEL_MAX 256u
/* Payloads of one seal: a path of 20 hashes; seals of one decision: each is a
 * signature that other calls wait for. */
#define ZTA_SEAL_PAYLOADS_MAX (1 << 20)
#define ZTA_SEALS_MAX 16u
/* How long messages may lie, in seconds: as long as queues keep them. */
#define ZTA_SEAL_LIFETIME_S (24 * 3600)
#define ZTA_SEAL_LIFETIME_MAX_S (7 * 24 * 3600)
/* What was used up and is remembered until its end, in a file: 32 bytes each. */
#define ZTA_SPENT_MAX (1u << 21)

/* One frame of the log, a group commit: what one recovery step may hold. */
#define ZTA_LOG_FRAME_MAX ((size_t)64 << 20)

/* One record: names and ids of one request, never its context. Bundles of
 * entries have 16 bits for its length. SPEC: c2sp tlog-tiles */
#define ZTA_LOG_ENTRY_MAX ((size_t)65535)
/* What is personal in it, apart: it was in the record, with the same limit. */
#define ZTA_LOG_OPENING_MAX ((size_t)65535)
/* What one lane may have waiting; more is refused. All fit in one frame. */
#define ZTA_LOG_LANE_MAX ((size_t)1 << 20)
/* Those of workers, of the ledgers' thread, of the server itself. */
#define ZTA_LOG_LANES_MAX (ZTA_WORKERS_MAX + 2)
/* Whom the log waits for: exports. */
#define ZTA_LOG_READERS_MAX 8u
/* A checkpoint each that long while entries come, and no sooner than this after
 * another however many want one: each is a signature and some syncs. */
#define ZTA_LOG_PUBLISH_MS 1000
#define ZTA_LOG_PUBLISH_GAP_MS 100
/* How often old segments are looked for: they are kept for days. */
#define ZTA_LOG_RETAIN_MS (3600 * INT64_C(1000))
/* And while some of them have yet to arrive elsewhere. */
#define ZTA_LOG_RETAIN_AGAIN_MS 5000
/* Days that a log may be kept for. */
#define ZTA_LOG_KEEP_DAYS_MAX 36500u
/* Receipts of one loop that wait for a checkpoint: a second has not more. */
#define ZTA_RECEIPT_WAITERS_MAX 1000u
/* Calls that wait for a witness: each is some signatures, and a sync. */
#define ZTA_WITNESS_WAITERS_MAX 1000u
/* How long a log that is looked at from outside has for each answer. */
#define ZTA_LOG_LOOK_MS 10000
/* How long a witness of ours has for its answer, and for the connection. One
 * that fails is asked again after a pause, which doubles with each failure. */
#define ZTA_WITNESS_MS 2000
#define ZTA_WITNESS_CONNECT_MS 1000
#define ZTA_WITNESS_PAUSE_MIN_MS INT64_C(1000)
#define ZTA_WITNESS_PAUSE_MAX_MS INT64_C(60000)

/* One batch of entries to a server that collects logs: an ordinary body. Of it,
 * entries: a proof takes 2 KiB, a checkpoint with its signatures 64. */
#define ZTA_SHIPMENT_MAX ((size_t)1 << 20)
#define ZTA_SHIPMENT_ENTRIES_MAX (ZTA_SHIPMENT_MAX - ((size_t)72 << 10))
/* How often a node is heard of that has nothing new. */
#define ZTA_SHIPMENT_IDLE_MS 15000
/* Nodes that send their logs here: each copy that is open takes a thread and
 * some 2 MiB. Their names; the file of them. */
#define ZTA_NODES_MAX 256u
#define ZTA_NODE_NAME_MAX 64u
#define ZTA_NODES_TEXT_MAX ((size_t)1 << 20)
/* Event loops: more do not help one machine. */
#define ZTA_WORKERS_MAX 32u
/* A segment is closed by the frame that takes it over this size. */
#define ZTA_LOG_SEGMENT_MAX ((uint64_t)256 << 20)

/* An armored SSH key or signature: those of RSA take some 3 KiB. */
#define ZTA_SSH_ARMOR_MAX ((size_t)16 << 10)
/* Namespace of an SSH signature. */
#define ZTA_SSH_NAMESPACE_MAX 64u
/* Allowed signers, as a text and in number: each signature looks at all. */
#define ZTA_SSH_ALLOWED_TEXT_MAX ((size_t)16 << 20)
#define ZTA_SSH_ALLOWED_MAX 100000u
/* One message of ssh-agent, as OpenSSH has it. */
#define ZTA_SSH_AGENT_MESSAGE_MAX ((size_t)256 << 10)
/* Time that ssh-agent has: it may ask a person, who touches a token. */
#define ZTA_SSH_AGENT_MS 60000

/* Certificates that a peer shows, and their bytes: chains have two or three,
 * and each is looked at before anything is known of the peer. */
#define ZTA_X509_CHAIN_MAX 8
#define ZTA_X509_CHAIN_BYTES_MAX ((size_t)64 << 10)
/* Extensions of one: each is compared with all others. Roots of one trust
 * domain: it has as many as it has rotations under way. */
#define ZTA_X509_EXTENSIONS_MAX 64
#define ZTA_X509_ROOTS_MAX 256
/* Time that a client has for the handshake of TLS. */
#define ZTA_TLS_HANDSHAKE_MS 10000
/* Handshakes under way in one loop: the oldest is given up for a new one. */
#define ZTA_TLS_HANDSHAKES_MAX 2000u
/* What a client may make us send without asking for anything: new keys. */
#define ZTA_TLS_UNASKED_MAX ((size_t)64 << 10)

/* One HTTP request: its head, its body, its headers. SPEC: ztauth 10 */
#define ZTA_HTTP_HEAD_MAX (16 * 1024)
#define ZTA_HTTP_BODY_MAX (1024 * 1024)
#define ZTA_HTTP_HEADERS_MAX 100u
/* Connections of one loop: each may hold a body. */
#define ZTA_HTTP_CONNECTIONS_MAX 10000u
/* Descriptors that are kept for everything but connections: segments of the log,
 * the store, whom the server asks. Of few descriptors, half of them. */
#define ZTA_HTTP_FILES_KEPT 256u
/* Requests a second that a limit may say: a bucket counts in microseconds. */
#define ZTA_HTTP_RATE_MAX 1000000u
/* Time for a whole request to arrive, for an answer to be taken. */
#define ZTA_HTTP_REQUEST_MS 10000
#define ZTA_HTTP_ANSWER_MS 10000
/* Time that a connection may rest between requests. */
#define ZTA_HTTP_IDLE_MS 60000
/* Time that requests under way have when the server stops. */
#define ZTA_HTTP_DRAIN_MS 10000

/* Evaluations of one call: an event loop decides them one after another, and
 * their records fit in one lane. What stands beside them and is read for each
 * of them anew, in about as many bytes. SPEC: authzen 1.0 7 */
#define ZTA_EVALUATIONS_MAX 1000u
#define ZTA_EVALUATIONS_GIVEN_MAX ((uint64_t)4 << 20)
/* Results of a page of a search, if no limit is asked for, and at most; what is
 * decided for one page, and evaluated: other calls wait meanwhile. */
#define ZTA_SEARCH_PAGE 100u
#define ZTA_SEARCH_PAGE_MAX 1000u
#define ZTA_SEARCH_DECISIONS_MAX 2000u
#define ZTA_SEARCH_EVALUATIONS_MAX 100000u

/* One answer to a PEP: a token, or a decision with the ids of its policies. */
#define ZTA_PEP_ANSWER_MAX ((size_t)256 << 10)
/* Time that a call of a PEP has: somebody waits for what it is to allow. */
#define ZTA_PEP_MS 5000

/* A file that is read whole: ledger documents, keys, configuration. */
#define ZTA_FILE_MAX ((size_t)1 << 30)

#endif
