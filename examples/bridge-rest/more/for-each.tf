module "number" {
  source   = "./modules/bridge"
  for_each = { "+14155550101" = "twilio", "+912255550100" = "plivo" }

  bridge_slug   = var.bridge_slug
  phone_number  = each.key
  provider_slug = each.value
}

output "numbers" {
  description = "The connections."
  value       = { for number, bridge in module.number : number => bridge.connection }
}
