// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// scenario is something that configurations do with the list, as one writes it
// with this provider and with the http data source.
type scenario struct {
	name  string
	sizes []int
	// latency is how long the local Unpod takes to answer.
	latency time.Duration
	// unpod and http are what to write, for a list of a length.
	unpod, http func(size int) string
	// bounds are what the ratios of the two are held to, by size.
	bounds map[int]float64
	// memoryBound is what the ratio of their memory is held to, 0 where that is
	// not measured.
	memoryBound float64
}

const (
	twoScalars = "two scalars of the list"
	wholeList  = "the whole list"
)

func scenarios() []scenario {
	allSizes := []int{2, 1_000, 10_000, 100_000}
	return []scenario{
		{
			name: twoScalars, sizes: allSizes,
			unpod: always(unpodList + scalarOutputs), http: always(httpList + scalarOutputs),
			bounds: map[int]float64{2: 1.05, 1_000: 1.08, 10_000: 1.4}, memoryBound: 0.8,
		},
		{
			name: wholeList, sizes: allSizes,
			unpod: always(unpodList + listOutput), http: always(httpList + listOutput),
			bounds: map[int]float64{2: 1.05, 1_000: 1.05, 10_000: 1.05}, memoryBound: 0.8,
		},
		{
			name: "twenty references to elements", sizes: []int{1_000, 10_000},
			unpod:  references(unpodData, "data.unpod_telephony_provider_configurations.all.provider_configurations"),
			http:   references(httpData, "jsondecode(data.http.all.response_body).data"),
			bounds: map[int]float64{1_000: 0.55, 10_000: 0.25},
		},
		{
			name: "twenty references to a local", sizes: []int{1_000, 10_000},
			unpod: references(unpodList, "local.configurations"),
			http:  references(httpList, "local.configurations"),
		},
		{
			name: "one looked up", sizes: []int{10_000, 100_000},
			unpod: unpodLookUp, http: httpLookUp,
			bounds: map[int]float64{10_000: 0.45},
		},
		{
			name: "a hundred looked up, 50 ms away", sizes: []int{100}, latency: 50 * time.Millisecond,
			unpod: unpodHundred, http: httpHundred,
		},
	}
}

// The data blocks, and the list as a local value, which http decodes once.
const (
	unpodData = `
data "unpod_telephony_provider_configurations" "all" {}
`
	httpData = `
data "http" "all" {
  url             = var.url
  request_headers = local.headers
}
`
	unpodList = unpodData + `
locals {
  configurations = data.unpod_telephony_provider_configurations.all.provider_configurations
}
`
	httpList = httpData + `
locals {
  configurations = jsondecode(data.http.all.response_body).data
}
`
	scalarOutputs = `
output "number" {
  value = length(local.configurations)
}

output "first_account_sid" {
  value = local.configurations[0].account_sid
}
`
	listOutput = `
output "configurations" {
  value = local.configurations
}
`
)

func always(config string) func(int) string { return func(int) string { return config } }

// references has an output for each of twenty elements of the list.
func references(data, list string) func(int) string {
	return func(size int) string {
		var outputs strings.Builder
		for i := range 20 {
			fmt.Fprintf(&outputs, "\noutput \"account_sid_%d\" {\n  value = %s[%d].account_sid\n}\n", i, list, i*size/20)
		}
		return data + outputs.String()
	}
}

const lookUpOutput = `
output "id" {
  value = %s
}
`

func unpodLookUp(size int) string {
	return fmt.Sprintf(`
data "unpod_telephony_provider_configuration" "one" {
  account_sid = %q
}
`+lookUpOutput, accountSID(size/2), "data.unpod_telephony_provider_configuration.one.id")
}

func httpLookUp(size int) string {
	return httpList + fmt.Sprintf(lookUpOutput,
		fmt.Sprintf("one([for c in local.configurations : c.id if c.account_sid == %q])", accountSID(size/2)))
}

// hundredSIDs are what a root module looks up, a data block for each.
func hundredSIDs(size int) string {
	var sids strings.Builder
	for i := range 100 {
		fmt.Fprintf(&sids, "\n    number_%d = %q", i, accountSID(i%size))
	}
	return "\nlocals {\n  account_sids = {" + sids.String() + "\n  }\n}\n"
}

func unpodHundred(size int) string {
	return hundredSIDs(size) + `
data "unpod_telephony_provider_configuration" "each" {
  for_each    = local.account_sids
  account_sid = each.value
}

output "ids" {
  value = { for name, c in data.unpod_telephony_provider_configuration.each : name => c.id }
}
`
}

func httpHundred(size int) string {
	return hundredSIDs(size) + `
data "http" "each" {
  for_each        = local.account_sids
  url             = var.url
  request_headers = local.headers
}

output "ids" {
  value = {
    for name, sid in local.account_sids :
    name => one([for c in jsondecode(data.http.each[name].response_body).data : c.id if c.account_sid == sid])
  }
}
`
}

// accountSID is that of one of the configurations that the local Unpod has.
func accountSID(index int) string {
	return *unpodtest.Many(index + 1)[index].AccountSID
}
