// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

var _ datasource.DataSourceWithConfigure = (*telephonyProviderConfigurationsDataSource)(nil)

// telephonyProviderConfigurationsDataSource implements the data source
// unpod_telephony_provider_configurations.
type telephonyProviderConfigurationsDataSource struct{ configuredDataSource }

// listModel holds the values of the data block.
type listModel struct {
	ProviderSlug           types.String `tfsdk:"provider_slug"`
	AccountSID             types.String `tfsdk:"account_sid"`
	ProviderConfigurations types.List   `tfsdk:"provider_configurations"`
	IDs                    types.List   `tfsdk:"ids"`
}

// newTelephonyProviderConfigurationsDataSource returns an unconfigured data source.
func newTelephonyProviderConfigurationsDataSource() datasource.DataSource {
	return &telephonyProviderConfigurationsDataSource{}
}

// Metadata names the data source.
func (d *telephonyProviderConfigurationsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_telephony_provider_configurations"
}

// Schema describes the data source.
func (d *telephonyProviderConfigurationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "List the telephony provider configurations of your Unpod organization. " +
			"Each is one set of credentials at a telephony provider such as Twilio or Plivo. For example, pass its `id` to a bridge.",
		Attributes: map[string]schema.Attribute{
			"provider_slug": schema.StringAttribute{
				Optional:   true,
				Validators: notEmpty,
				MarkdownDescription: "List only configurations with exactly this `provider`, for example `twilio`. If `account_sid` is set too, both must match. " +
					"A misspelling causes no error: the list is empty, and `one()` returns null." + reservedDescription,
			},
			"account_sid": schema.StringAttribute{
				Optional:            true,
				Validators:          notEmpty,
				MarkdownDescription: "List only configurations with exactly this `account_sid`. If `provider_slug` is set too, both must match.",
			},
			"provider_configurations": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The configurations, sorted by `id`. An empty list if there are none.",
				NestedObject:        telephonyProviderConfigurationObject(),
			},
			"ids": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.Int64Type,
				MarkdownDescription: "The `id` of each element of `provider_configurations`, in the same order.",
			},
		},
	}
}

// telephonyProviderConfigurationObject describes an element of provider_configurations.
func telephonyProviderConfigurationObject() schema.NestedAttributeObject {
	return schema.NestedAttributeObject{
		Attributes: map[string]schema.Attribute{
			"id":          schema.Int64Attribute{Computed: true, MarkdownDescription: idDescription},
			"provider":    schema.StringAttribute{Computed: true, MarkdownDescription: providerDescription},
			"account_sid": schema.StringAttribute{Computed: true, MarkdownDescription: accountSIDDescription},
			"created_at":  schema.StringAttribute{Computed: true, MarkdownDescription: createdAtDescription},
		},
	}
}

// Read lists the organization's configurations that match the filter.
func (d *telephonyProviderConfigurationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configurations, diags := read(ctx, d.data, (*unpod.Client).ProviderConfigurations)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	conditions := filter{providerSlug: model.ProviderSlug, accountSID: model.AccountSID}
	if err := setState(ctx, newListState(model, conditions.apply(configurations))); err != nil {
		resp.Diagnostics.AddError("The list cannot be stored in state", err.Error()+". This is a bug in the provider. Please report it.")
	}
}

// listState is the state of the data block.
type listState struct {
	ProviderSlug           *string   `msgpack:"provider_slug"`
	AccountSID             *string   `msgpack:"account_sid"`
	ProviderConfigurations []element `msgpack:"provider_configurations"`
	IDs                    []int64   `msgpack:"ids"`
}

// newListState returns the state of the data block. If there are no
// configurations, its lists are empty, not null.
func newListState(model listModel, configurations []unpod.ProviderConfiguration) listState {
	state := listState{
		ProviderSlug:           model.ProviderSlug.ValueStringPointer(),
		AccountSID:             model.AccountSID.ValueStringPointer(),
		ProviderConfigurations: make([]element, len(configurations)),
		IDs:                    make([]int64, len(configurations)),
	}
	for i, configuration := range configurations {
		state.ProviderConfigurations[i] = newElement(configuration)
		state.IDs[i] = configuration.ID
	}
	return state
}
