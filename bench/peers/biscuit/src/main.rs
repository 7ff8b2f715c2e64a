// SPDX-License-Identifier: Apache-2.0
//! Delegations in Biscuit: an authority block, and GRANTS blocks that each
//! narrow it, as build/bench/chain has grants. Prints nanoseconds of the best of
//! many blocks of calls, for reading and verifying, and for that with the
//! authorizer.
//!
//!     peer-biscuit GRANTS

use biscuit_auth::builder::Algorithm;
use biscuit_auth::{builder_ext::AuthorizerExt, macros::*, Biscuit, KeyPair, PublicKey};
use std::time::Instant;

const BLOCKS: usize = 31;
const CALLS: usize = 20;

fn make(root: &KeyPair, grants: usize) -> Vec<u8> {
    let mut token = biscuit!(
        r#"user("alice"); right("doc-1", "read"); right("doc-1", "write"); right("doc-2", "read");"#
    )
    .build(root)
    .unwrap();
    for _ in 0..grants {
        token = token
            .append(block!(
                r#"check if operation($op), ["read", "write"].contains($op);
                   check if resource($r), ["doc-1", "doc-2"].contains($r);
                   check if time($t), $t < 2030-01-01T00:00:00Z;"#
            ))
            .unwrap();
    }
    token.to_vec().unwrap()
}

fn verify(bytes: &[u8], root: PublicKey) -> Biscuit {
    Biscuit::from(bytes, root).unwrap()
}

fn decide(bytes: &[u8], root: PublicKey) {
    let token = verify(bytes, root);
    let mut authorizer = authorizer!(
        r#"operation("read"); resource("doc-1"); time(2026-01-01T00:00:00Z);
           allow if right($r, $op), operation($op), resource($r);"#
    )
    .deny_all()
    .build(&token)
    .unwrap();
    authorizer.authorize().unwrap();
}

fn best(mut call: impl FnMut()) -> u128 {
    (0..BLOCKS)
        .map(|_| {
            let start = Instant::now();
            (0..CALLS).for_each(|_| call());
            start.elapsed().as_nanos() / CALLS as u128
        })
        .min()
        .unwrap()
}

fn main() {
    let grants = std::env::args().nth(1).unwrap().parse().unwrap();
    for (name, algorithm) in [("Ed25519", Algorithm::Ed25519), ("ES256", Algorithm::Secp256r1)] {
        let root = KeyPair::new_with_algorithm(algorithm);
        let bytes = make(&root, grants);
        let public = root.public();
        println!("{name} verify {}", best(|| drop(verify(&bytes, public))));
        println!("{name} decide {}", best(|| decide(&bytes, public)));
    }
}
