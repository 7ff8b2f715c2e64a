// SPDX-License-Identifier: Apache-2.0

// The libraries of Sigsum. Its command sigsum-verify takes leaves of Sigsum alone.
package main

import (
	"bytes"
	"errors"

	"sigsum.org/sigsum-go/pkg/checkpoint"
	"sigsum.org/sigsum-go/pkg/crypto"
	"sigsum.org/sigsum-go/pkg/merkle"
)

func sigsumOpen(l log, text []byte) (*checkpoint.Checkpoint, error) {
	var c checkpoint.Checkpoint
	var known checkpoint.NoteVerifier
	if err := known.FromString(l.vkey); err != nil {
		return nil, err
	}
	if err := c.FromASCII(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	if c.Origin != l.verifier.Name() || c.KeyId != known.KeyId {
		return nil, errors.New("another log")
	}
	// Its Verify() knows origins of Sigsum alone.
	if !known.PublicKey.Verify([]byte(c.FormatCheckpoint(c.Origin)), &c.Signature) {
		return nil, errors.New("invalid signature")
	}
	return &c, nil
}

func sigsumCheckpoint(l log, text []byte) error {
	_, err := sigsumOpen(l, text)
	return err
}

func hashes(path [][32]byte) []crypto.Hash {
	var out []crypto.Hash
	for _, h := range path {
		out = append(out, h)
	}
	return out
}

func sigsumReceipt(l log, text []byte) error {
	p, err := devParse(text)
	if err != nil {
		return err
	}
	c, err := sigsumOpen(l, p.Checkpoint)
	if err != nil {
		return err
	}
	leaf := merkle.HashLeafNode(p.ExtraData)
	return merkle.VerifyInclusion(&leaf, p.Index, c.Size, &c.RootHash, hashes(p.Hashes))
}

func sigsumConsistency(l log, dir string, older, newer []byte) error {
	old, err := sigsumOpen(l, older)
	if err != nil {
		return err
	}
	now, err := sigsumOpen(l, newer)
	if err != nil {
		return err
	}
	path, err := prove(dir, old.Size, now.Size, now.RootHash[:])
	if err != nil {
		return err
	}
	return merkle.VerifyConsistency(old.Size, now.Size, &old.RootHash, &now.RootHash, hashes(path))
}
