// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures depend on, and nothing that tells whose it is.
type machine struct {
	cpu      string
	cores    int
	system   string
	golang   string
	cli      string
	http     string // the version of the provider hashicorp/http, empty where there is none
	measured time.Time
}

func (b *bench) describeMachine(ctx context.Context, ways ways, cpu string) (machine, error) {
	described := machine{
		cpu:      cpu,
		cores:    runtime.NumCPU(),
		system:   runtime.GOOS + "/" + runtime.GOARCH,
		golang:   strings.TrimPrefix(runtime.Version(), "go"),
		measured: time.Now().UTC(),
	}
	if described.cpu == "" {
		described.cpu = "not known"
	}
	for _, way := range ways.all() {
		versions, err := way.versions(ctx)
		if err != nil {
			return machine{}, err
		}
		described.cli = b.box.CLIName() + " " + versions.CLI
		for provider, version := range versions.Providers {
			if strings.HasSuffix(provider, "/"+httpSource) {
				described.http = version
			}
		}
	}
	return described, nil
}
