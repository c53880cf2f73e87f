terraform {
  required_version = ">= 1.4" # terraform_data

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

provider "unpod" {}

data "unpod_telephony_provider_configurations" "all" {}

locals {
  configurations = data.unpod_telephony_provider_configurations.all.provider_configurations

  # Each ID has one configuration. Terraform converts the keys of a map to strings.
  by_id = { for configuration in local.configurations : configuration.id => configuration }

  # Several configurations can share an account, so each key has a list.
  by_account = {
    for configuration in local.configurations :
    configuration.account_sid => configuration... if configuration.account_sid != null
  }
}

# These resources stand in for your own.
resource "terraform_data" "configuration" {
  for_each = local.by_id

  input = each.value.provider
}

resource "terraform_data" "account" {
  for_each = local.by_account

  input = each.value[*].id
}
