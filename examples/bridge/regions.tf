variable "regions" {
  description = "The bridge, number, and telephony provider of each region. Set account_sid if the organization has several configurations at the provider."
  type = map(object({
    bridge_slug   = string
    phone_number  = string
    provider_slug = string
    account_sid   = optional(string)
  }))
  default = {
    us = {
      bridge_slug   = "sales-bridge-001"
      phone_number  = "+14155550101"
      provider_slug = "twilio"
    }
    in = {
      bridge_slug   = "sales-bridge-001"
      phone_number  = "+912255550100"
      provider_slug = "plivo"
      account_sid   = "MAyyyyyyyyyyyyyyyyyyyyyyy"
    }
  }
}

module "region" {
  source   = "./modules/bridge"
  for_each = var.regions

  bridge_slug   = each.value.bridge_slug
  phone_number  = each.value.phone_number
  provider_slug = each.value.provider_slug
  account_sid   = each.value.account_sid
}

output "regions" {
  description = "How the bridge of each region is connected."
  value       = { for region, bridge in module.region : region => bridge.connection }
}
