/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority.pml - chains, grants, revocation and late news, for spin to search.
 * SPEC: ztauth 4 to 8
 *
 * Of two decision points one hears of quarantines and revocations, whenever it
 * may; the other is cut off and hears of none, which is the worst that late news
 * can be. A person may do two operations, two workloads act one for the other,
 * and grant 1 is a child of grant 0. An attacker holds every token and seal that
 * was ever made, presents them in any order and anywhere, and makes others of
 * their pieces.
 *
 * Each token has two halves. One is what it says, which is all that a decision
 * point can look at. The other, the ghost, is where it really comes from; it is
 * kept by the model and looked at by nothing but the three properties:
 *
 *   1. Authority never grows: what is allowed was allowed by everything that the
 *      token was made from, by the payload's seal, and by every grant.
 *   2. Nothing is allowed through a quarantined workload or a revoked grant that
 *      the decision point has heard of.
 *   3. Whatever was allowed is in the log.
 *
 * Defining one of BUG_SCOPE, BUG_RING, BUG_GRANT, BUG_CASCADE, BUG_CHILD,
 * BUG_SIGNATURE, BUG_PAYLOAD, BUG_RECHECK or BUG_RECORD leaves out one check;
 * tests/model/run demands that spin finds each.
 */

#define POINTS 2
#define TOKENS 3
#define NO_GRANT 2
#define BOTH 3 /* operations: a set of two; a narrower one is 1 */

/* Sets are bits. */
#define HAS(set, n) (((set) >> (n)) & 1)
#define INSIDE(a, b) (((a) & (b)) == (a))

typedef Token {
	bool made;
	bool genuine; /* what a signature shows */
	bool sealed;  /* a seal stands for a payload and decides nothing */
	bit payload;
	byte scope;   /* set of operations */
	byte rings;   /* set of workloads */
	byte grant;
	/* The ghost: */
	byte most;    /* operations that all it was made from allowed */
	byte through; /* workloads that it went through */
	byte grants;  /* set of grants that it stands on */
	bit about;    /* the payload that was sealed */
};

Token tokens[TOKENS];
byte granted[2];      /* operations of each grant */
byte heard_quarantined[POINTS], heard_revoked[POINTS]; /* sets */
byte count;           /* of tokens */

/* --- what a decision point looks at */

/* Is a grant good, as far as this point has heard? A child falls with its
 * parent, and is never wider. */
#ifdef BUG_CASCADE
#define UNREVOKED(p, g) (!HAS(heard_revoked[p], g))
#else
#define UNREVOKED(p, g) (!HAS(heard_revoked[p], g) && !HAS(heard_revoked[p], 0))
#endif

#ifdef BUG_CHILD
#define REACH(g) (granted[g])
#else
#define REACH(g) (granted[g] & granted[0])
#endif

#ifdef BUG_GRANT
#define GRANT_OK(p, g) true
#else
#define GRANT_OK(p, g) ((g) == NO_GRANT || UNREVOKED(p, g))
#endif

#ifdef BUG_RING
#define RINGS_OK(p, t) true
#else
#define RINGS_OK(p, t) ((tokens[t].rings & heard_quarantined[p]) == 0)
#endif

#ifdef BUG_SIGNATURE
#define GENUINE(t) true
#else
#define GENUINE(t) tokens[t].genuine
#endif

#define GOOD(p, t) (GENUINE(t) && RINGS_OK(p, t) && GRANT_OK(p, tokens[t].grant))

/* --- tokens are made */

#ifdef BUG_SCOPE
#define NARROWED(asked, t) (asked)
#else
#define NARROWED(asked, t) ((asked) & tokens[t].scope)
#endif

/* A person's proof and a workload's become a token, under a grant or none. */
inline issue(p, w, asked, g) {
	if
	:: !HAS(heard_quarantined[p], w) && GRANT_OK(p, g) ->
		tokens[count].made = true;
		tokens[count].genuine = true;
		tokens[count].scope = asked;
		tokens[count].rings = 1 << w;
		tokens[count].grant = g;
		tokens[count].most = asked;
		tokens[count].through = 1 << w;
		tokens[count].grants = (g == NO_GRANT -> 0 : ((1 << g) | 1));
		count++
	:: else
	fi
}

/* What the new token inherits, whatever is checked. */
inline inherit(t, w) {
	tokens[count].made = true;
	tokens[count].genuine = tokens[t].genuine;
	tokens[count].rings = tokens[t].rings | (1 << w);
	tokens[count].grant = tokens[t].grant;
	tokens[count].through = tokens[t].through | (1 << w);
	tokens[count].grants = tokens[t].grants;
	tokens[count].payload = tokens[t].payload;
	tokens[count].about = tokens[t].about
}

/* A replacement: one ring longer, and not wider. */
inline replace(p, t, w, asked) {
	if
	:: !tokens[t].sealed && GOOD(p, t) && !HAS(heard_quarantined[p], w) ->
		inherit(t, w);
		tokens[count].scope = NARROWED(asked, t);
		tokens[count].most = tokens[t].most & asked;
		count++
	:: else
	fi
}

/* What a token may do travels with a payload. */
inline seal(p, t, which) {
	if
	:: !tokens[t].sealed && GOOD(p, t) ->
		inherit(t, 0);
		tokens[count].rings = tokens[t].rings;
		tokens[count].through = tokens[t].through;
		tokens[count].scope = tokens[t].scope;
		tokens[count].most = tokens[t].most;
		tokens[count].sealed = true;
		tokens[count].payload = which;
		tokens[count].about = which;
		count++
	:: else
	fi
}

#ifdef BUG_RECHECK
#define STILL_GOOD(p, t) GENUINE(t)
#else
#define STILL_GOOD(p, t) GOOD(p, t)
#endif
#ifdef BUG_PAYLOAD
#define SAME_PAYLOAD(t, which) true
#else
#define SAME_PAYLOAD(t, which) (tokens[t].payload == (which))
#endif

/* The consumer has the payload `which`, and the seal says whose it was. */
inline open(p, t, w, which) {
	if
	:: tokens[t].sealed && STILL_GOOD(p, t) && SAME_PAYLOAD(t, which) &&
	    !HAS(heard_quarantined[p], w) ->
		/* Properties 1 and 2, for what follows from the payload alone. */
		assert(which == tokens[t].about);
		assert((tokens[t].through & heard_quarantined[p]) == 0);
		inherit(t, w);
		tokens[count].scope = tokens[t].scope;
		tokens[count].most = tokens[t].most;
		count++
	:: else
	fi
}

/* The attacker makes one of the pieces of two: chain of one, scope of another,
 * with the larger of what either really came from left out. */
inline splice(t, u) {
	tokens[count].made = true;
	tokens[count].genuine = false;
	tokens[count].sealed = false;
	tokens[count].scope = tokens[u].scope;
	tokens[count].rings = tokens[t].rings;
	tokens[count].grant = tokens[t].grant;
	tokens[count].most = tokens[t].most & tokens[u].most;
	tokens[count].through = tokens[t].through | tokens[u].through;
	tokens[count].grants = tokens[t].grants | tokens[u].grants;
	count++
}

/* --- decisions */

inline decide(p, t, op) {
	bool inside = HAS(tokens[t].scope, op) &&
	    (tokens[t].grant == NO_GRANT || HAS(REACH(tokens[t].grant), op));
	bool recorded = false;

	if
	:: !tokens[t].sealed && GOOD(p, t) && inside ->
		if
		:: recorded = true
		:: skip /* the disk is full */
		fi;
#ifdef BUG_RECORD
		allowed(p, t, op, recorded)
#else
		if
		:: recorded -> allowed(p, t, op, recorded)
		:: else
		fi
#endif
	:: else
	fi;
	inside = false;
	recorded = false
}

/* The three properties. */
inline allowed(p, t, op, recorded) {
	assert(HAS(tokens[t].most, op));
	assert(!HAS(tokens[t].grants, 0) || HAS(granted[0], op));
	assert(!HAS(tokens[t].grants, 1) || HAS(granted[1], op));
	assert((tokens[t].through & heard_quarantined[p]) == 0);
	assert((tokens[t].grants & heard_revoked[p]) == 0);
	assert(recorded)
}

/* --- what may happen, in any order */

inline some_operations(asked) {
	if
	:: asked = 1
	:: asked = BOTH
	fi
}

active proctype world() {
	byte p, t, u, w, g, asked, op;

	granted[0] = 1;
	some_operations(asked);
#ifndef BUG_CHILD
	/* A wider child is refused when it is registered. */
	if
	:: INSIDE(asked, granted[0]) -> granted[1] = asked
	:: else
	fi;
#else
	granted[1] = asked;
#endif
	asked = 0;
	do
	:: atomic { /* a quarantine begins, or ends */
		select(w : 0 .. 1);
		heard_quarantined[0] = heard_quarantined[0] ^ (1 << w);
		w = 0
	}
	:: atomic { /* a grant ends, for ever */
		select(g : 0 .. 1);
		heard_revoked[0] = heard_revoked[0] | (1 << g);
		g = 0
	}
	:: count < TOKENS -> atomic {
		select(p : 0 .. POINTS - 1);
		select(w : 0 .. 1);
		select(g : 0 .. NO_GRANT);
		some_operations(asked);
		issue(p, w, asked, g);
		p = 0; w = 0; asked = 0; g = 0
	}
	:: count > 0 && count < TOKENS -> atomic {
		select(p : 0 .. POINTS - 1);
		select(t : 0 .. count - 1);
		select(w : 0 .. 1);
		if
		:: some_operations(asked);
			replace(p, t, w, asked)
		:: select(u : 0 .. 1); /* the payload */
			seal(p, t, u)
		:: select(u : 0 .. 1);
			open(p, t, w, u)
		:: select(u : 0 .. count - 1);
			splice(t, u)
		fi;
		p = 0; t = 0; u = 0; w = 0; asked = 0
	}
	:: count > 0 -> atomic {
		select(p : 0 .. POINTS - 1);
		select(t : 0 .. count - 1);
		select(op : 0 .. 1);
		decide(p, t, op);
		p = 0; t = 0; op = 0
	}
	od
}
