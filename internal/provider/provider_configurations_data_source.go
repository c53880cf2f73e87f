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

var _ datasource.DataSourceWithConfigure = (*providerConfigurationsDataSource)(nil)

// providerConfigurationsDataSource is the data source
// unpod_telephony_provider_configurations.
type providerConfigurationsDataSource struct {
	reader *reader
}

// providerConfigurationsDataSourceModel is the data block's configuration.
type providerConfigurationsDataSourceModel struct {
	ProviderSlug           types.String `tfsdk:"provider_slug"`
	AccountSID             types.String `tfsdk:"account_sid"`
	ProviderConfigurations types.List   `tfsdk:"provider_configurations"`
	IDs                    types.List   `tfsdk:"ids"`
}

// newProviderConfigurationsDataSource returns the data source, not configured.
func newProviderConfigurationsDataSource() datasource.DataSource {
	return &providerConfigurationsDataSource{}
}

// Metadata names the data source.
func (d *providerConfigurationsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_telephony_provider_configurations"
}

// Schema describes the data source.
func (d *providerConfigurationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the telephony provider configurations of the organization: all of them, or those that match every filter that is set. " +
			"Each is one set of credentials at a telephony provider such as Twilio or Plivo, and its `id` is what a bridge is given to use it.",
		Attributes: map[string]schema.Attribute{
			"provider_slug": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Keep the configurations whose `provider` is exactly this, for example `twilio`." + reservedDescription,
			},
			"account_sid": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Keep the configurations whose `account_sid` is exactly this.",
			},
			"provider_configurations": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The configurations, sorted by `id`. Empty, and never null, where there are none.",
				NestedObject:        providerConfigurationObject(),
			},
			"ids": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.Int64Type,
				MarkdownDescription: "The `id` of each element of `provider_configurations`, in the same order.",
			},
		},
	}
}

// providerConfigurationObject describes an element of provider_configurations.
func providerConfigurationObject() schema.NestedAttributeObject {
	return schema.NestedAttributeObject{
		Attributes: map[string]schema.Attribute{
			"id":          schema.Int64Attribute{Computed: true, MarkdownDescription: idDescription},
			"provider":    schema.StringAttribute{Computed: true, MarkdownDescription: providerDescription},
			"account_sid": schema.StringAttribute{Computed: true, MarkdownDescription: accountSIDDescription},
			"created_at":  schema.StringAttribute{Computed: true, MarkdownDescription: createdAtDescription},
		},
	}
}

// Configure takes over the provider's client.
func (d *providerConfigurationsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	reader, diags := newReader(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	d.reader = reader
}

// Read lists the organization's configurations and keeps those that the filters
// ask for.
func (d *providerConfigurationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model providerConfigurationsDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configurations, diags := d.reader.providerConfigurations(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted := conditions{providerSlug: model.ProviderSlug, accountSID: model.AccountSID}
	state := newProviderConfigurationsState(model, wanted.keep(configurations))
	if err := answerWith(ctx, state); err != nil {
		resp.Diagnostics.AddError("The list cannot be put into state", err.Error()+". This is a fault of the provider; please report it.")
	}
}

// providerConfigurationsState is the data block in state.
type providerConfigurationsState struct {
	ProviderSlug           *string                      `msgpack:"provider_slug"`
	AccountSID             *string                      `msgpack:"account_sid"`
	ProviderConfigurations []providerConfigurationState `msgpack:"provider_configurations"`
	IDs                    []int64                      `msgpack:"ids"`
}

// newProviderConfigurationsState returns the state of a data block that these
// configurations match. None is the empty list, and not null.
func newProviderConfigurationsState(model providerConfigurationsDataSourceModel, configurations []unpod.ProviderConfiguration) providerConfigurationsState {
	state := providerConfigurationsState{
		ProviderSlug:           model.ProviderSlug.ValueStringPointer(),
		AccountSID:             model.AccountSID.ValueStringPointer(),
		ProviderConfigurations: make([]providerConfigurationState, len(configurations)),
		IDs:                    make([]int64, len(configurations)),
	}
	for i, configuration := range configurations {
		state.ProviderConfigurations[i] = providerConfigurationState(configuration)
		state.IDs[i] = configuration.ID
	}
	return state
}
