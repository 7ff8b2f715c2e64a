// SPDX-License-Identifier: Apache-2.0

// The libraries of transparency-dev, and Tessera's fsck.
package main

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	dev "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
)

func devOpen(l log, text []byte) (*dev.Checkpoint, error) {
	c, rest, _, err := dev.ParseCheckpoint(text, l.verifier.Name(), l.verifier)
	if err == nil && len(rest) != 0 {
		err = fmt.Errorf("%d bytes of extension", len(rest))
	}
	return c, err
}

func devCheckpoint(l log, text []byte) error {
	_, err := devOpen(l, text)
	return err
}

func devParse(text []byte) (p proof.TLogProof, err error) {
	if err = p.Unmarshal(text); err == nil {
		p.ExtraData, err = leafOf(p.ExtraData)
	}
	return
}

func slices(hashes [][32]byte) [][]byte {
	var out [][]byte
	for _, h := range hashes {
		out = append(out, h[:])
	}
	return out
}

func devReceipt(l log, text []byte) error {
	p, err := devParse(text)
	if err != nil {
		return err
	}
	c, err := devOpen(l, p.Checkpoint)
	if err != nil {
		return err
	}
	return merkle.VerifyInclusion(rfc6962.DefaultHasher, p.Index, c.Size,
		rfc6962.DefaultHasher.HashLeaf(p.ExtraData), slices(p.Hashes), c.Hash)
}

// A proof from tiles, whoever judges it.
func prove(dir string, old, now uint64, root []byte) ([][32]byte, error) {
	tree := tlog.Tree{N: int64(now), Hash: tlog.Hash(root)}
	made, err := tlog.ProveTree(tree.N, int64(old), tlog.TileHashReader(tree, files(dir)))
	var out [][32]byte
	for _, h := range made {
		out = append(out, h)
	}
	return out, err
}

func devConsistency(l log, dir string, older, newer []byte) error {
	old, err := devOpen(l, older)
	if err != nil {
		return err
	}
	now, err := devOpen(l, newer)
	if err != nil {
		return err
	}
	path, err := prove(dir, old.Size, now.Size, now.Hash)
	if err != nil {
		return err
	}
	return merkle.VerifyConsistency(rfc6962.DefaultHasher, old.Size, now.Size, slices(path), old.Hash, now.Hash)
}

func hashBundle(bundle []byte) ([][]byte, error) {
	var read api.EntryBundle
	if err := read.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, entry := range read.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return out, nil
}

// fsck makes every tile again from the entries. With fewer workers than tiles it
// never returns once all of them have met a tile that is wrong.
func devTiles(l log, dir string) error {
	return fsck.New(l.verifier.Name(), l.verifier, &client.FileFetcher{Root: dir}, hashBundle,
		fsck.Opts{N: 64}).Check(context.Background())
}
