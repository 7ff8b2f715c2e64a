// SPDX-License-Identifier: Apache-2.0

// The receiver of OpenTelemetry's own Collector: it prints what it took, as it
// understood it, a batch a line.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

func main() {
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	protocols := map[string]any{"http": map[string]any{"endpoint": os.Args[1]}}
	err := confmap.NewFromStringMap(map[string]any{"protocols": protocols}).Unmarshal(config)
	if err != nil {
		log.Fatal(err)
	}
	sink, err := consumer.NewLogs(func(_ context.Context, logs plog.Logs) error {
		text, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
		fmt.Println(string(text))
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	receiver, err := factory.CreateLogs(context.Background(),
		receivertest.NewNopSettings(factory.Type()), config, sink)
	if err != nil {
		log.Fatal(err)
	}
	if err := receiver.Start(context.Background(), componenttest.NewNopHost()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1))
}
