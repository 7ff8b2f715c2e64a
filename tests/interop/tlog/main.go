// SPDX-License-Identifier: Apache-2.0

// Reads a log by HTTP with the code of Go's checksum database, which rebuilds
// every proof from tiles, and says what it found. All it believes is the
// verifier key.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var (
	base     string
	verifier note.Verifier
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "tlog:", err)
		os.Exit(1)
	}
}

func refused(what string, err error) {
	if err == nil {
		must(errors.New(what + " was believed"))
	}
}

func get(path string) ([]byte, error) {
	answer, err := http.Get(base + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// open believes a checkpoint only if the log's key has signed it.
func open(text []byte) (tlog.Tree, error) {
	var tree tlog.Tree
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// tiles is a tlog.TileReader; spoil, if it is set, changes what is read.
type tiles struct {
	spoil func(tlog.Tile, []byte)
}

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := get("/log/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		if t.spoil != nil {
			t.spoil(tile, data)
		}
		out = append(out, data)
	}
	return out, nil
}

// entry cuts one entry out of its bundle.
func entry(index, size int64) ([]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}
	if left := size - tile.N*256; left < 256 {
		tile.W = int(left)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := get("/log/" + path)
	if err != nil {
		return nil, err
	}
	for i := int64(0); i < index%256; i++ {
		data = data[2+int(data[0])<<8+int(data[1]):]
	}
	return data[2 : 2+int(data[0])<<8+int(data[1])], nil
}

// receipt reads a tlog-proof by its specification.
func receipt(text []byte) (record []byte, index int64, proof tlog.RecordProof, checkpoint []byte, err error) {
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		err = errors.New("not a tlog-proof")
		return
	}
	if record, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra ")); err != nil {
		return
	}
	// An entry as in a bundle, and openings of what is personal in it.
	if len(record) < 2 || len(record) < 2+int(binary.BigEndian.Uint16(record)) {
		err = errors.New("no record")
		return
	}
	record = record[2 : 2+int(binary.BigEndian.Uint16(record))]
	if index, err = strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64); err != nil {
		return
	}
	for _, line := range lines[3:] {
		var hash tlog.Hash
		if hash, err = tlog.ParseHash(line); err != nil {
			return
		}
		proof = append(proof, hash)
	}
	return
}

func checkReceipt(path string) {
	text, err := os.ReadFile(path)
	must(err)
	record, index, proof, checkpoint, err := receipt(text)
	must(err)
	tree, err := open(checkpoint)
	must(err)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)))
	again, err := tlog.ProveRecord(tree.N, index, tlog.TileHashReader(tree, tiles{}))
	must(err)
	if fmt.Sprint(again) != fmt.Sprint(proof) {
		must(errors.New("the receipt has another proof than the tiles"))
	}
	record[len(record)/2] ^= 1
	refused("another record", tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)))
	record[len(record)/2] ^= 1
	refused("another index", tlog.CheckRecord(proof, tree.N, tree.Hash, index-1, tlog.RecordHash(record)))
	proof[0][0] ^= 1
	refused("another proof", tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)))
	fmt.Printf("receipt of record %d in %d: holds\n", index, tree.N)
}

func checkEntries(tree tlog.Tree) {
	reader := tlog.TileHashReader(tree, tiles{})
	count := 0
	for index := int64(0); index < tree.N; index += 1 + tree.N/97 {
		data, err := entry(index, tree.N)
		must(err)
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(data)))
		count++
	}
	fmt.Printf("%d entries from bundles: proved from tiles\n", count)
	spoiled := tlog.TileHashReader(tree, tiles{func(tile tlog.Tile, data []byte) { data[len(data)-1] ^= 1 }})
	_, err := tlog.ProveRecord(tree.N, tree.N-1, spoiled)
	refused("a tile with a bit flipped", err)
}

func checkConsistency(old, tree tlog.Tree) {
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, tiles{}))
	must(err)
	must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	old.Hash[3] ^= 1
	refused("another older tree", tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	fmt.Printf("checkpoint of %d is consistent with that of %d\n", tree.N, old.N)
}

// tlog URL VKEY RECEIPT OLDER: the zone, and files.
func main() {
	var err error
	base = os.Args[1]
	verifier, err = note.NewVerifier(os.Args[2])
	must(err)
	text, err := get("/log/checkpoint")
	must(err)
	tree, err := open(text)
	must(err)
	_, err = open(bytes.Replace(text, []byte(strconv.FormatInt(tree.N, 10)), []byte(strconv.FormatInt(tree.N+1, 10)), 1))
	refused("a checkpoint of another size", err)
	checkReceipt(os.Args[3])
	checkEntries(tree)
	older, err := os.ReadFile(os.Args[4])
	must(err)
	old, err := open(older)
	must(err)
	checkConsistency(old, tree)
}
