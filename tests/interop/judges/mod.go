// SPDX-License-Identifier: Apache-2.0

// The code of Go's checksum database, which is in Debian too: test_tlog.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func modOpen(l log, text []byte) (tlog.Tree, error) {
	var tree tlog.Tree
	n, err := note.Open(text, note.VerifierList(l.verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != l.verifier.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func modCheckpoint(l log, text []byte) error {
	_, err := modOpen(l, text)
	return err
}

func modReceipt(l log, text []byte) error {
	p, err := devParse(text)
	if err != nil {
		return err
	}
	tree, err := modOpen(l, p.Checkpoint)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, h := range p.Hashes {
		path = append(path, tlog.Hash(h))
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, int64(p.Index), tlog.RecordHash(p.ExtraData))
}

// files reads tiles of a log for the code of the checksum database.
type files string

func (dir files) Height() int { return 8 }

func (dir files) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir files) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(string(dir), torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func modConsistency(l log, dir string, older, newer []byte) error {
	old, err := modOpen(l, older)
	if err != nil {
		return err
	}
	tree, err := modOpen(l, newer)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, files(dir)))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// The checkpoint of a log in a directory.
func checkpointOf(dir string) ([]byte, error) {
	return os.ReadFile(filepath.Join(dir, "checkpoint"))
}

// Every entry of every bundle is proved from tiles.
func modTiles(l log, dir string) error {
	text, err := checkpointOf(dir)
	if err != nil {
		return err
	}
	tree, err := modOpen(l, text)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, files(dir))
	for at := int64(0); at < tree.N; at += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: at / 256, W: int(min(256, tree.N-at))}
		bundle, err := os.ReadFile(filepath.Join(dir, torchwood.TilePath(tile)))
		if err != nil {
			return err
		}
		for i := at; i < at+int64(tile.W); i++ {
			var entry []byte
			if entry, bundle, err = torchwood.ReadTileEntry(bundle); err != nil {
				return err
			}
			proof, err := tlog.ProveRecord(tree.N, i, reader)
			if err != nil {
				return err
			}
			if err = tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
		}
		if len(bundle) != 0 {
			return fmt.Errorf("bundle %d is too long", tile.N)
		}
	}
	return nil
}

func torchwoodPolicy(l log) torchwood.Policy {
	return torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(l.verifier.Name()),
		torchwood.SingleVerifierPolicy(l.verifier))
}

func torchwoodCheckpoint(l log, text []byte) error {
	_, _, err := torchwood.VerifyCheckpoint(text, torchwoodPolicy(l))
	return err
}

// It reads the receipt by itself.
func torchwoodReceipt(l log, text []byte) error {
	extra, err := torchwood.ProofExtraData(text)
	if err != nil {
		return err
	}
	record, err := leafOf(extra)
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(torchwoodPolicy(l), tlog.RecordHash(record), text)
}

func torchwoodTiles(l log, dir string) error {
	text, err := checkpointOf(dir)
	if err != nil {
		return err
	}
	c, _, err := torchwood.VerifyCheckpoint(text, torchwoodPolicy(l))
	if err != nil {
		return err
	}
	source, err := torchwood.NewTileFS(os.DirFS(dir))
	if err != nil {
		return err
	}
	client, err := torchwood.NewClient(source)
	if err != nil {
		return err
	}
	count := int64(0)
	for range client.AllEntries(context.Background(), c.Tree, 0) {
		count++
	}
	if client.Err() == nil && count != c.N {
		return fmt.Errorf("%d entries of %d", count, c.N)
	}
	return client.Err()
}
